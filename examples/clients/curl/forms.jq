# Từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms.
# Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã.

$shared[0] as {$forms, $tables}
| def coded($rule):
    . as $text
    | "\(.[8:10])/\(.[5:7])/\(.[:4])" as $day
    | if $rule == "text" then . elif $rule == "note" then .[:4000] elif $rule == "day" then $day elif $rule == "second" then "\($day) \(.[11:19])"
      else $tables[$rule][$text] // $text end;
  def fields($form):
    . as $known
    | $forms[$form] | map_values(
        capture("^(?<rule>[^ ]+) ?(?<path>.*)$") as {$rule, $path}
        | if $rule == "null" then null elif $rule == "=" then $path
          else ($known | getpath($path / ".") | tostring | coded($rule)) end);
  # @html thoát & < > " ': mọi chữ đi qua đây · every text passes here
  def xml($name; inner): "<\($name)>\(inner)</\($name)>";
  def rows($whole; $one; $form):
    xml($whole; to_entries | map(xml($one; .value + {number: (.key + 1)} | fields($form) | to_entries
      | map(xml(.key; .value | @html)) | add)) | add // "");
  if $form == "step" then fields("step")
  else
    . + {
      kind: $kind,
      digitised: any(.files[]; .digitised),
      detail_url: "https://motcua.example.vn/ho-so/\(.dossier_code)",
      extent_data: ("<?xml version='1.0' encoding='utf-8'?>" + xml("ExtentData";
        (.files | rows("DanhSachTaiLieuNop"; "TaiLieuNop"; "file"))
        + (if $kind == "100" then .results else [] end | rows("DanhSachGiayToKetQua"; "GiayToKetQua"; "result"))))
    } | fields("dossier")
  end
