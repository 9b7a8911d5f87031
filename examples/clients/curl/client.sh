#!/bin/sh
# Khách NDXP mẫu bằng curl và jq (>= 1.6) · A sample NDXP client of curl and jq.
#
# Chạy · Run:   sh client.sh        một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
#               sh client.sh sai    hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
# Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server"; } 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

unreachable() {
    echo "không gọi được / cannot reach: $1" >&2
    exit 2
}

# form KIND < hồ sơ: biểu mẫu gửi đi. JSON và XML do jq viết: tên tệp có & < " không làm hỏng được · built by jq.
form() {
    jq -c --arg form "$1" --arg kind "${2:-}" --slurpfile shared "$here/../bieu-mau.json" -f "$here/forms.jq"
}

# ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----

# post PATH DATA HEADER...: thân trả lời vào $work/reply, trạng thái vào $status (0: không có câu trả lời).
# Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Retry passing troubles only.
post() {
    address=$base$1 data=$2 number=1
    shift 2
    for header; do printf 'header = "%s"\n' "$header"; done >"$work/headers" # khóa không nằm trên dòng lệnh · no keys in ps
    while :; do
        status=$(curl -s -S --noproxy '*' -m 15 -K "$work/headers" -H 'Accept: application/json' --data-binary "@$data" \
            -D "$work/told" -o "$work/reply" -w '%{http_code}' "$address" 2>"$work/trouble") || status=0
        is_passing || return 0
        [ "$number" -lt 4 ] || break
        sleep "$(pause_s)"
        number=$((number + 1))
    done
    [ "$status" = 0 ] || echo "HTTP $status" >"$work/trouble"
    trouble="$address: $(cat "$work/trouble")"
    return 2
}

is_passing() {
    case $status in
        0 | 429 | 5??) return 0 ;;
        200) ! jq -e . "$work/reply" >"$work/json" 2>&1 ;;
        *) return 1 ;;
    esac
}

# Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells.
pause_s() {
    after=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' "$work/told" 2>/dev/null)
    date=$(sed -n 's/^[Dd]ate: *\(.*GMT\).*/\1/p' "$work/told" 2>/dev/null)
    told=$(jq -r --arg now "$date" '(.fault.nextAccessTime[:20] | strptime("%Y-%b-%d %H:%M:%S") | mktime)
        - ($now | strptime("%a, %d %b %Y %H:%M:%S GMT") | mktime) | if . < 1 then 1 else . end' "$work/reply" 2>/dev/null)
    echo "${after:-${told:-0.$((1 << number))}}"
}

# Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 (renew) · Reuse, renew when due.
token() {
    if [ "${1:-}" != renew ] && [ -s "$kept" ] && [ "$(($(date +%s) + ahead))" -lt "$(jq '.until - 30' "$kept")" ]; then
        return 0
    fi
    printf 'grant_type=client_credentials' >"$work/form"
    pair=$(printf '%s:%s' "$key" "$secret" | base64 | tr -d '\n')
    post /token "$work/form" "Authorization: Basic $pair" "Content-Type: application/x-www-form-urlencoded" || return 2
    if [ "$status" != 200 ]; then
        trouble="token: $status $(head -c 200 "$work/reply")"
        return 1
    fi
    jq -c --argjson now "$(($(date +%s) + ahead))" '{token: .access_token, until: ($now + .expires_in)}' "$work/reply" >"$kept"
}

# push OPERATION < biểu mẫu. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1).
# Trả về 0, 1 (bị từ chối), 2 (không gọi được); lý do ở $trouble.
push() {
    cat >"$work/body"
    name=$(jq -r --arg operation "$1" '[$operation, (.LoaiDuLieu // empty | "(\(.))"), (.MaHoSo // empty)] | join(" ")' "$work/body")
    for renew in '' renew; do # 401: xin token mới đúng một lần · one renewal, no loop
        token $renew || return $?
        post "/apiBTXH/1.0/$1" "$work/body" "Authorization: Bearer $(jq -r .token "$kept")" \
            "Content-Type: application/json; charset=utf-8" || return 2
        [ "$status" = 401 ] || break
    done
    if [ "$status" != 200 ]; then
        trouble="$name: $status $(head -c 200 "$work/reply")"
        return 1
    fi
    said=$(jq -r '(.result // .) | "\(.error_code) \(.message)" + if has("data") then "; \(.data // [] | length) hồ sơ" else "" end' "$work/reply")
    trouble="$name: $said"
    case $said in
        '0 '*) echo "$trouble" ;;
        *) return 1 ;;
    esac
}

or_end() { # or_end RC: kết thúc với lý do · end with the reason
    [ "$1" != 1 ] || { echo "bị từ chối / refused: $trouble" >&2; exit 1; }
    [ "$1" = 0 ] || unreachable "$trouble"
}

# ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----

sample() {
    serial=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
    jq --arg serial "$((1000 + serial % 9000))" --arg wrong "${1:-}" '.dossier | .dossier_code |= .[:-4] + $serial
        | if $wrong == "sai" then .procedure.code = "1.009999" else . end' "$here/../mau.json" >"$work/it"
    token
    or_end $?
    echo 'token: 200'
    form dossier 1 <"$work/it" >"$work/next"
    push DongBoDVC <"$work/next"
    or_end $?
    jq '.steps[0] + {dossier_code}' "$work/it" | form step >"$work/next"
    push XuLyHoSo <"$work/next"
    or_end $?
    jq '.status.name = "Đã trả kết quả"' "$work/it" | form dossier 100 >"$work/next"
    push DongBoDVC <"$work/next"
    or_end $?
    jq .pull "$here/../mau.json" >"$work/next"
    push DanhSachHoSo <"$work/next"
    or_end $?
    echo 'xong / done'
}

# Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN.
certified() {
    kind=$(jq -r '{"push-dossiers": "1", "push-course": "1", "push-results": "100"}[.task.do] // empty' "$1")
    if [ -z "$kind" ]; then
        echo "bị từ chối / refused: chưa biết làm / cannot do: $(jq -r .task.do "$1")" >&2
        exit 1
    fi
    jq -c '.task.dossiers[]' "$1" >"$work/all"
    while IFS= read -r it; do
        printf '%s\n' "$it" | form dossier "$kind" >"$work/next"
        push DongBoDVC <"$work/next" || { echo "$trouble"; continue; }
        printf '%s\n' "$it" | jq -c '(.steps // [])[] + {dossier_code}' >"$work/steps"
        while IFS= read -r step; do
            printf '%s\n' "$step" | form step >"$work/next"
            push XuLyHoSo <"$work/next" || { echo "$trouble"; break; }
        done <"$work/steps"
    done <"$work/all"
}

for each in curl jq; do
    command -v "$each" >/dev/null || unreachable "thiếu / missing: $each"
done
kept=$work/token ahead=0
if [ -n "${NDXP_CERT_CONTEXT:-}" ]; then
    base=$(jq -r .base_url "$NDXP_CERT_CONTEXT")
    key=$(jq -r .credentials.production.consumer_key "$NDXP_CERT_CONTEXT")
    secret=$(jq -r .credentials.production.consumer_secret "$NDXP_CERT_CONTEXT")
    folder=$(jq -r '.state_dir // empty' "$NDXP_CERT_CONTEXT")
    kept=${folder:-$work}/token
    now=$(jq -r 'def seconds: .[:19] + "Z" | fromdateiso8601; .task.now // empty
        | seconds - ((.[-5:-3] | tonumber) * 3600 + (.[-2:] | tonumber) * 60) * (if .[-6:-5] == "-" then -1 else 1 end)' "$NDXP_CERT_CONTEXT")
    ahead=$((${now:-$(date +%s)} - $(date +%s)))
    certified "$NDXP_CERT_CONTEXT"
    exit 0
fi
base=${NDXP_EMULATOR_URL:-}
key=$(jq -r .credentials.consumer_key "$here/../mau.json")
secret=$(jq -r .credentials.consumer_secret "$here/../mau.json")
if [ -z "$base" ]; then # bật trình giả lập ở cổng trống; dòng đầu tiên của nó là địa chỉ và khóa · its ready line
    mkfifo "$work/said"
    ndxp-emulator serve --port 0 --store :memory: --quiet >"$work/said" &
    server=$!
    exec 3<"$work/said"
    IFS= read -r ready <&3 || unreachable 'ndxp-emulator serve'
    base=$(printf '%s' "$ready" | jq -r .base_url)
    key=$(printf '%s' "$ready" | jq -r .credentials.production.consumer_key)
    secret=$(printf '%s' "$ready" | jq -r .credentials.production.consumer_secret)
fi
base=${base%/} key=${NDXP_CONSUMER_KEY:-$key} secret=${NDXP_CONSUMER_SECRET:-$secret}
sample "${1:-}"
