<?php
// Khách NDXP mẫu cho PHP >= 8.0, không cần composer · A sample NDXP client, no packages.
//
// Chạy · Run:   php client.php        một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
//               php client.php sai    hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
// Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau

declare(strict_types=1);

/** Dịch vụ trả lời "không": gửi lại y nguyên cũng vô ích · Sending the same again would not help. */
class Refused extends Exception {}
/** Không có câu trả lời dùng được sau vài lần thử · No usable answer after several tries. */
class Unreachable extends Exception {}

function read_json(string $path): array
{
    $text = @file_get_contents($path);
    return $text === false ? throw new Unreachable($path) : json_decode($text, true, 64, JSON_THROW_ON_ERROR);
}

// ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----

class Gateway
{
    private const TRIES = 4;
    private ?string $file;
    private ?array $kept = null;
    private float $ahead;

    public function __construct(private string $base, private array $pair, ?string $folder = null, ?string $now = null)
    {
        $this->base = rtrim($base, '/');
        $this->file = $folder ? "$folder/token.json" : null;
        $this->kept = $this->file && is_file($this->file) ? read_json($this->file) : null;
        $this->ahead = $now ? strtotime($now) - microtime(true) : 0;
    }

    /** Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 · Reuse, renew when due. */
    public function token(bool $renew = false): string
    {
        $now = microtime(true) + $this->ahead;
        if ($this->kept && !$renew && $now < $this->kept['until'] - 30) {
            return $this->kept['token'];
        }
        $pair = base64_encode("{$this->pair['consumer_key']}:{$this->pair['consumer_secret']}");
        $headers = ["Authorization: Basic $pair", 'Content-Type: application/x-www-form-urlencoded'];
        [$status, , $text] = $this->send('/token', $headers, 'grant_type=client_credentials');
        if ($status !== 200) {
            throw new Refused("token: $status " . substr($text, 0, 200));
        }
        $said = json_decode($text, true, 64, JSON_THROW_ON_ERROR);
        $this->kept = ['token' => $said['access_token'], 'until' => $now + $said['expires_in']];
        if ($this->file) {
            file_put_contents($this->file, json_encode($this->kept));
        }
        return $this->kept['token'];
    }

    /** Gọi một dịch vụ. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1). */
    public function call(string $operation, array $body): array
    {
        $content = json_encode($body, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
        foreach ([false, true] as $renew) { // 401: xin token mới đúng một lần · one renewal, no loop
            $headers = ['Authorization: Bearer ' . $this->token($renew), 'Content-Type: application/json; charset=utf-8'];
            [$status, , $text] = $this->send("/apiBTXH/1.0/$operation", $headers, $content);
            if ($status !== 401) {
                break;
            }
        }
        if ($status !== 200) {
            throw new Refused("$status " . substr($text, 0, 200));
        }
        $said = json_decode($text, true, 64, JSON_THROW_ON_ERROR);
        $said = $said['result'] ?? $said;
        $code = $said['error_code'] ?? null;
        return (string) $code === '0' ? $said : throw new Refused("$code " . ($said['message'] ?? ''));
    }

    /** Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Retry passing troubles only. */
    private function send(string $path, array $headers, string $body): array
    {
        for ($number = 1; $number <= self::TRIES; $number++) {
            [$status, $told, $text] = $this->once($path, $headers, $body);
            $is_passing = $status === 0 || $status === 429 || $status >= 500;
            if (!$is_passing && !($status === 200 && json_decode($text) === null)) {
                return [$status, $told, $text];
            }
            if ($number < self::TRIES) {
                usleep((int) (1e6 * (wait_s($told, $text) ?? 0.1 * 2 ** $number)));
            }
        }
        throw new Unreachable("$this->base$path: " . ($status ? "HTTP $status" : $text));
    }

    /** Một lần gọi; trạng thái 0: không có trọn câu trả lời · One call; status 0: no whole reply. */
    private function once(string $path, array $headers, string $body): array
    {
        $http = ['method' => 'POST', 'header' => ['Accept: application/json', 'Connection: close', ...$headers]];
        $http += ['content' => $body, 'timeout' => 15, 'ignore_errors' => true, 'follow_location' => 0];
        $text = @file_get_contents($this->base . $path, false, stream_context_create(['http' => $http]));
        $told = [];
        foreach ($http_response_header ?? [] as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $told[strtolower($name)] = trim($value);
        }
        $is_whole = $text !== false && strlen($text) >= (int) ($told['content-length'] ?? 0);
        if (!$is_whole || !preg_match('~^HTTP/\S+ (\d+)~', $http_response_header[0] ?? '', $found)) {
            return [0, [], error_get_last()['message'] ?? 'mất câu trả lời / the reply was lost'];
        }
        return [(int) $found[1], $told, $text];
    }
}

/** Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells. */
function wait_s(array $headers, string $text): ?float
{
    if (is_numeric($headers['retry-after'] ?? '')) {
        return min((float) $headers['retry-after'], 90);
    }
    if (!preg_match('/"(\d{4})-(\w{3})-(\d\d) ([\d:]{8})/', $text, $at) || !isset($headers['date'])) {
        return null;
    }
    return min(max(strtotime("$at[3] $at[2] $at[1] $at[4] GMT") - strtotime($headers['date']), 0.05), 90);
}

// ---- Biểu mẫu: từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms ----

/** Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã. */
function fields(string $form, array $known): array
{
    static $forms = null;
    $forms ??= read_json(__DIR__ . '/../bieu-mau.json');
    $made = [];
    foreach ($forms['forms'][$form] as $name => $rule) {
        [$kind, $path] = explode(' ', $rule, 2) + [1 => ''];
        $made[$name] = match ($kind) {
            'null' => null,
            '=' => $path,
            default => coded($kind, looked_up($known, $path), $forms['tables']),
        };
    }
    return $made;
}

function looked_up(array $known, string $path): string
{
    $value = array_reduce(explode('.', $path), fn ($at, $part) => $at[$part], $known);
    $text = is_bool($value) ? ($value ? 'true' : 'false') : (string) $value;
    return class_exists('Normalizer') ? Normalizer::normalize($text) : $text; // cần ext-intl cho tên viết tách dấu
}

function coded(string $kind, string $text, array $tables): string
{
    $day = substr($text, 8, 2) . '/' . substr($text, 5, 2) . '/' . substr($text, 0, 4);
    return match ($kind) {
        'text' => $text,
        'note' => implode('', array_slice(preg_split('//u', $text, -1, PREG_SPLIT_NO_EMPTY), 0, 4000)),
        'day' => $day,
        'second' => "$day " . substr($text, 11, 8),
        default => $tables[$kind][$text] ?? $text,
    };
}

/** XML dựng bằng thư viện: tên tệp có & < " không làm hỏng được · Built as a tree, never glued. */
function extent_xml(array $files, array $results): string
{
    $document = new DOMDocument('1.0', 'utf-8');
    $root = $document->appendChild($document->createElement('ExtentData'));
    $lists = [['DanhSachTaiLieuNop', 'TaiLieuNop', 'file', $files]];
    $lists[] = ['DanhSachGiayToKetQua', 'GiayToKetQua', 'result', $results];
    foreach ($lists as [$whole, $one, $form, $rows]) {
        $parent = $root->appendChild($document->createElement($whole));
        foreach ($rows as $at => $row) {
            $child = $parent->appendChild($document->createElement($one));
            foreach (fields($form, ['number' => $at + 1] + $row) as $name => $text) {
                $child->appendChild($document->createElement($name))->appendChild($document->createTextNode($text));
            }
        }
    }
    return "<?xml version='1.0' encoding='utf-8'?>" . $document->saveXML($root);
}

/** LoaiDuLieu 1: hồ sơ mới · 100: kết quả cuối cùng. */
function dossier_form(string $kind, array $it): array
{
    return fields('dossier', [
        'kind' => $kind,
        'digitised' => in_array(true, array_column($it['files'], 'digitised'), true),
        'detail_url' => "https://motcua.example.vn/ho-so/{$it['dossier_code']}",
        'extent_data' => extent_xml($it['files'], $kind === '100' ? $it['results'] : []),
    ] + $it);
}

function step_form(string $code, array $step): array
{
    return fields('step', ['dossier_code' => $code] + $step);
}

// ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----

function push(Gateway $gateway, string $operation, array $form): void
{
    $kind = isset($form['LoaiDuLieu']) ? " ({$form['LoaiDuLieu']})" : '';
    $name = rtrim("$operation$kind " . ($form['MaHoSo'] ?? ''));
    try {
        $said = $gateway->call($operation, $form);
    } catch (Refused $no) {
        throw new Refused("$name: {$no->getMessage()}");
    }
    $count = array_key_exists('data', $said) ? '; ' . count($said['data'] ?? []) . ' hồ sơ' : '';
    echo "$name: {$said['error_code']} {$said['message']}$count\n";
}

function sample(string $base, ?array $pair, bool $is_wrong): void
{
    $known = read_json(__DIR__ . '/../mau.json');
    $it = $known['dossier'];
    $it['dossier_code'] = substr($it['dossier_code'], 0, -4) . random_int(1000, 9999);
    if ($is_wrong) {
        $it['procedure']['code'] = '1.009999';
    }
    $gateway = new Gateway($base, $pair ?? $known['credentials']);
    $gateway->token();
    echo "token: 200\n";
    push($gateway, 'DongBoDVC', dossier_form('1', $it));
    push($gateway, 'XuLyHoSo', step_form($it['dossier_code'], $it['steps'][0]));
    $it['status'] = ['name' => 'Đã trả kết quả'];
    push($gateway, 'DongBoDVC', dossier_form('100', $it));
    push($gateway, 'DanhSachHoSo', $known['pull']);
    echo "xong / done\n";
}

/** Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN. */
function certified(array $context): void
{
    $task = $context['task'];
    $kinds = ['push-dossiers' => '1', 'push-course' => '1', 'push-results' => '100'];
    $kind = $kinds[$task['do']] ?? throw new Refused("chưa biết làm / cannot do: {$task['do']}");
    $keys = $context['credentials']['production'];
    $gateway = new Gateway($context['base_url'], $keys, $context['state_dir'] ?? null, $task['now'] ?? null);
    foreach ($task['dossiers'] as $it) {
        try {
            push($gateway, 'DongBoDVC', dossier_form($kind, $it));
            foreach ($it['steps'] ?? [] as $step) {
                push($gateway, 'XuLyHoSo', step_form($it['dossier_code'], $step));
            }
        } catch (Refused | Unreachable $trouble) {
            echo "{$it['dossier_code']}: {$trouble->getMessage()}\n";
        }
    }
}

/** Bật trình giả lập ở một cổng trống; dòng đầu tiên của nó là địa chỉ và khóa · Its ready line. */
function started(): array
{
    $words = ['ndxp-emulator', 'serve', '--port', '0', '--store', ':memory:', '--quiet'];
    $server = @proc_open($words, [1 => ['pipe', 'w']], $pipes);
    $line = $server ? fgets($pipes[1]) : false;
    return $line ? [$server, json_decode($line, true, 64, JSON_THROW_ON_ERROR)] : throw new Unreachable('ndxp-emulator serve');
}

function main(array $words): int
{
    $server = null;
    try {
        if ($context = getenv('NDXP_CERT_CONTEXT')) {
            certified(read_json($context));
            return 0;
        }
        $pair = null;
        if (!($base = getenv('NDXP_EMULATOR_URL'))) {
            [$server, $ready] = started();
            [$base, $pair] = [$ready['base_url'], $ready['credentials']['production']];
        }
        if ($key = getenv('NDXP_CONSUMER_KEY')) {
            $pair = ['consumer_key' => $key, 'consumer_secret' => (string) getenv('NDXP_CONSUMER_SECRET')];
        }
        sample($base, $pair, in_array('sai', $words, true));
    } catch (Refused $no) {
        fwrite(STDERR, "bị từ chối / refused: {$no->getMessage()}\n");
        return 1;
    } catch (Unreachable | JsonException $trouble) {
        fwrite(STDERR, "không gọi được / cannot reach: {$trouble->getMessage()}\n");
        return 2;
    } finally {
        if ($server) {
            proc_terminate($server);
            proc_close($server);
        }
    }
    return 0;
}

exit(main(array_slice($argv, 1)));
