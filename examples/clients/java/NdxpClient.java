// Khách NDXP mẫu cho Java >= 11, không cần thư viện, không cần biên dịch trước · A sample NDXP client, no packages.
//
// Chạy · Run:   java NdxpClient.java        một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
//               java NdxpClient.java sai    hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
// Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau

import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.text.Normalizer;
import java.time.*;
import java.time.format.DateTimeFormatter;
import java.util.*;
import java.util.regex.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.*;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;

public class NdxpClient {
    /** Dịch vụ trả lời "không": gửi lại y nguyên cũng vô ích · Sending the same again would not help. */
    static class Refused extends Exception {
        Refused(String why) { super(why); }
    }

    /** Không có câu trả lời dùng được sau vài lần thử · No usable answer after several tries. */
    static class Unreachable extends Exception {
        Unreachable(String why) { super(why); }
    }

    // ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----

    static class Gateway {
        static final int TRIES = 4;
        final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY).connectTimeout(Duration.ofSeconds(15)).build();
        final String base, pair;
        final Path file;
        final Duration ahead;
        Map<String, Object> kept;

        Gateway(String base, Map<String, Object> keys, Object folder, Object now) throws IOException {
            this.base = base.replaceAll("/$", "");
            byte[] both = (keys.get("consumer_key") + ":" + keys.get("consumer_secret")).getBytes(StandardCharsets.UTF_8);
            pair = Base64.getEncoder().encodeToString(both);
            file = folder == null ? null : Path.of(folder.toString(), "token.json");
            kept = file != null && Files.exists(file) ? read(file) : null;
            ahead = now == null ? Duration.ZERO : Duration.between(Instant.now(), OffsetDateTime.parse(now.toString()));
        }

        /** Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 · Reuse, renew when due. */
        String token(boolean renew) throws Exception {
            Instant now = Instant.now().plus(ahead);
            if (kept != null && !renew && now.plusSeconds(30).isBefore(Instant.parse(kept.get("until").toString())))
                return kept.get("token").toString();
            var reply = send("/token", "Basic " + pair, "application/x-www-form-urlencoded", "grant_type=client_credentials");
            if (reply.statusCode() != 200) throw new Refused("token: " + reply.statusCode() + " " + cut(reply.body()));
            var said = object(Json.read(reply.body()));
            String until = now.plusSeconds(((Number) said.get("expires_in")).longValue()).toString();
            kept = new LinkedHashMap<>(Map.of("token", said.get("access_token"), "until", until));
            if (file != null) Files.writeString(file, Json.write(kept));
            return kept.get("token").toString();
        }

        /** Gọi một dịch vụ. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1). */
        Map<String, Object> call(String operation, Map<String, Object> body) throws Exception {
            HttpResponse<String> reply = null;
            for (boolean renew : new boolean[] {false, true}) { // 401: xin token mới đúng một lần · one renewal, no loop
                String bearer = "Bearer " + token(renew);
                reply = send("/apiBTXH/1.0/" + operation, bearer, "application/json; charset=utf-8", Json.write(body));
                if (reply.statusCode() != 401) break;
            }
            if (reply.statusCode() != 200) throw new Refused(reply.statusCode() + " " + cut(reply.body()));
            var said = object(Json.read(reply.body()));
            if (said.get("result") != null) said = object(said.get("result"));
            String code = String.valueOf(said.get("error_code"));
            if (!code.equals("0")) throw new Refused(code + " " + said.get("message"));
            return said;
        }

        /** Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Retry passing troubles only. */
        HttpResponse<String> send(String path, String authorization, String type, String body) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(15))
                .header("Authorization", authorization).header("Content-Type", type).header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
            String trouble = "";
            for (int number = 1; number <= TRIES; number++) {
                long pause = 100L << number;
                try {
                    var reply = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
                    if (!isPassing(reply)) return reply;
                    trouble = "HTTP " + reply.statusCode();
                    pause = waitMs(reply, pause);
                } catch (IOException lost) {
                    trouble = lost.toString();
                }
                if (number < TRIES) Thread.sleep(pause);
            }
            throw new Unreachable(base + path + ": " + trouble);
        }
    }

    static boolean isPassing(HttpResponse<String> reply) {
        int status = reply.statusCode();
        return status == 429 || status >= 500 || status == 200 && !isJson(reply.body());
    }

    static boolean isJson(String text) {
        try {
            return Json.read(text) != null;
        } catch (Unreachable bad) {
            return false;
        }
    }

    /** Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells. */
    static long waitMs(HttpResponse<String> reply, long otherwise) {
        String after = reply.headers().firstValue("Retry-After").orElse("");
        if (after.matches("\\d{1,6}")) return Math.min(Long.parseLong(after), 90) * 1000;
        var told = Pattern.compile("\"(\\d{4}-\\w{3}-\\d\\d [\\d:]{8})").matcher(reply.body());
        var date = reply.headers().firstValue("Date");
        if (!told.find() || date.isEmpty()) return otherwise;
        var pattern = DateTimeFormatter.ofPattern("yyyy-MMM-dd HH:mm:ss", Locale.ENGLISH);
        var until = LocalDateTime.parse(told.group(1), pattern).toInstant(ZoneOffset.UTC);
        var now = ZonedDateTime.parse(date.get(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        return Math.min(Math.max(Duration.between(now, until).toMillis(), 50), 90_000);
    }

    // ---- Biểu mẫu: từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms ----

    static Map<String, Object> forms, tables;

    /** Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã. */
    static Map<String, Object> fields(String form, Map<String, Object> known) {
        var made = new LinkedHashMap<String, Object>();
        object(forms.get(form)).forEach((name, rule) -> {
            String[] words = rule.toString().split(" ", 2);
            boolean isNull = words[0].equals("null"), isFixed = words[0].equals("=");
            made.put(name, isNull ? null : isFixed ? words[1] : coded(words[0], lookedUp(known, words[1])));
        });
        return made;
    }

    static String lookedUp(Object known, String path) {
        for (String part : path.split("\\.")) known = object(known).get(part);
        return Normalizer.normalize(known.toString(), Normalizer.Form.NFC);
    }

    static String coded(String kind, String text) {
        if (kind.equals("text")) return text;
        if (kind.equals("note")) return text.substring(0, Math.min(4000, text.length()));
        if (!kind.equals("day") && !kind.equals("second")) return object(tables.get(kind)).getOrDefault(text, text).toString();
        String day = text.substring(8, 10) + "/" + text.substring(5, 7) + "/" + text.substring(0, 4);
        return kind.equals("day") ? day : day + " " + text.substring(11, 19);
    }

    /** XML dựng bằng thư viện: tên tệp có & < " không làm hỏng được · Built as a tree, never glued. */
    static String extentXml(List<Object> files, List<Object> results) throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument();
        var root = document.appendChild(document.createElement("ExtentData"));
        String[][] lists = {{"DanhSachTaiLieuNop", "TaiLieuNop", "file"}, {"DanhSachGiayToKetQua", "GiayToKetQua", "result"}};
        for (String[] list : lists) {
            var parent = root.appendChild(document.createElement(list[0]));
            int number = 0;
            for (Object row : list[2].equals("file") ? files : results) {
                var child = parent.appendChild(document.createElement(list[1]));
                fields(list[2], with(object(row), "number", ++number)).forEach((name, text) ->
                    child.appendChild(document.createElement(name)).appendChild(document.createTextNode((String) text)));
            }
        }
        var writer = new StringWriter();
        var transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.transform(new DOMSource(document), new StreamResult(writer));
        return "<?xml version='1.0' encoding='utf-8'?>" + writer;
    }

    /** LoaiDuLieu 1: hồ sơ mới · 100: kết quả cuối cùng. */
    static Map<String, Object> dossierForm(String kind, Map<String, Object> it) throws Exception {
        var files = list(it.get("files"));
        boolean digitised = files.stream().anyMatch(file -> object(file).get("digitised").equals(true));
        String url = "https://motcua.example.vn/ho-so/" + it.get("dossier_code");
        String xml = extentXml(files, kind.equals("100") ? list(it.get("results")) : List.of());
        return fields("dossier", with(it, "kind", kind, "digitised", digitised, "detail_url", url, "extent_data", xml));
    }

    static Map<String, Object> stepForm(Object code, Object step) {
        return fields("step", with(object(step), "dossier_code", code));
    }

    // ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----

    static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    static final PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    static void push(Gateway gateway, String operation, Map<String, Object> form) throws Exception {
        String kind = form.containsKey("LoaiDuLieu") ? " (" + form.get("LoaiDuLieu") + ")" : "";
        String name = (operation + kind + " " + form.getOrDefault("MaHoSo", "")).stripTrailing();
        try {
            var said = gateway.call(operation, form);
            String count = said.containsKey("data") ? "; " + list(said.get("data")).size() + " hồ sơ" : "";
            out.println(name + ": " + said.get("error_code") + " " + said.get("message") + count);
        } catch (Refused no) {
            throw new Refused(name + ": " + no.getMessage());
        }
    }

    static void sample(String base, Map<String, Object> keys, boolean isWrong) throws Exception {
        var known = read(shared("mau.json"));
        var it = object(known.get("dossier"));
        String code = it.get("dossier_code").toString().replaceAll("\\d{4}$", "") + (1000 + new Random().nextInt(9000));
        it.put("dossier_code", code);
        if (isWrong) object(it.get("procedure")).put("code", "1.009999");
        var gateway = new Gateway(base, keys == null ? object(known.get("credentials")) : keys, null, null);
        gateway.token(false);
        out.println("token: 200");
        push(gateway, "DongBoDVC", dossierForm("1", it));
        push(gateway, "XuLyHoSo", stepForm(code, list(it.get("steps")).get(0)));
        it.put("status", Map.of("name", "Đã trả kết quả"));
        push(gateway, "DongBoDVC", dossierForm("100", it));
        push(gateway, "DanhSachHoSo", object(known.get("pull")));
        out.println("xong / done");
    }

    /** Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN. */
    static void certified(Map<String, Object> context) throws Exception {
        var task = object(context.get("task"));
        String kind = Map.of("push-dossiers", "1", "push-course", "1", "push-results", "100").get(task.get("do"));
        if (kind == null) throw new Refused("chưa biết làm / cannot do: " + task.get("do"));
        var keys = object(object(context.get("credentials")).get("production"));
        var gateway = new Gateway(context.get("base_url").toString(), keys, context.get("state_dir"), task.get("now"));
        for (Object each : list(task.get("dossiers"))) {
            var it = object(each);
            try {
                push(gateway, "DongBoDVC", dossierForm(kind, it));
                for (Object step : list(it.get("steps"))) push(gateway, "XuLyHoSo", stepForm(it.get("dossier_code"), step));
            } catch (Refused | Unreachable trouble) {
                out.println(it.get("dossier_code") + ": " + trouble.getMessage());
            }
        }
    }

    public static void main(String[] words) throws Exception {
        Process server = null;
        int code = 0;
        try {
            forms = object(read(shared("bieu-mau.json")).get("forms"));
            tables = object(read(shared("bieu-mau.json")).get("tables"));
            String context = System.getenv("NDXP_CERT_CONTEXT"), base = System.getenv("NDXP_EMULATOR_URL");
            Map<String, Object> keys = null;
            if (context == null && base == null) { // bật trình giả lập ở cổng trống; dòng đầu tiên là địa chỉ và khóa
                String[] serve = {"ndxp-emulator", "serve", "--port", "0", "--store", ":memory:", "--quiet"};
                server = new ProcessBuilder(serve).redirectError(ProcessBuilder.Redirect.INHERIT).start();
                String line = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8)).readLine();
                if (line == null) throw new Unreachable("ndxp-emulator serve");
                base = object(Json.read(line)).get("base_url").toString();
                keys = object(object(object(Json.read(line)).get("credentials")).get("production"));
            }
            if (System.getenv("NDXP_CONSUMER_KEY") != null)
                keys = Map.of("consumer_key", System.getenv("NDXP_CONSUMER_KEY"), "consumer_secret", System.getenv("NDXP_CONSUMER_SECRET"));
            if (context != null) certified(read(Path.of(context)));
            else sample(base, keys, Arrays.asList(words).contains("sai"));
        } catch (Refused no) {
            err.println("bị từ chối / refused: " + no.getMessage());
            code = 1;
        } catch (Unreachable | IOException trouble) {
            err.println("không gọi được / cannot reach: " + trouble.getMessage());
            code = 2;
        } finally {
            if (server != null) { server.destroy(); server.waitFor(); }
        }
        System.exit(code);
    }

    // ---- Những gì Java chưa có sẵn: JSON · What Java lacks: JSON. Trong sản phẩm hãy dùng Jackson, Gson ----

    static class Json {
        static final Pattern TOKEN = Pattern.compile("\\s*(\"(?:[^\"\\\\]|\\\\.)*+\"|[\\[\\]{},:]|[^\\s\\[\\]{},:\"]+)", Pattern.DOTALL);
        static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)", Pattern.DOTALL);
        final Matcher at;
        String token;

        Json(String text) { at = TOKEN.matcher(text); next(); }

        static Object read(String text) throws Unreachable {
            try {
                return new Json(text.startsWith("\uFEFF") ? text.substring(1) : text).value();
            } catch (IllegalArgumentException bad) {
                throw new Unreachable("không phải JSON / not JSON: " + cut(text));
            }
        }

        String next() {
            String now = token;
            token = at.lookingAt() ? at.group(1) : "";
            if (at.regionStart() < at.regionEnd() && !token.isEmpty()) at.region(at.end(), at.regionEnd());
            return now;
        }

        Object value() {
            String now = next();
            if (now.equals("{")) {
                var made = new LinkedHashMap<String, Object>();
                while (!token.equals("}")) {
                    String name = text(next());
                    if (!next().equals(":")) throw new IllegalArgumentException();
                    made.put(name, value());
                    if (token.equals(",")) next();
                }
                next();
                return made;
            }
            if (now.equals("[")) {
                var made = new ArrayList<Object>();
                while (!token.equals("]")) {
                    made.add(value());
                    if (token.equals(",")) next();
                }
                next();
                return made;
            }
            if (now.startsWith("\"")) return text(now);
            if (now.equals("null")) return null;
            if (now.equals("true") || now.equals("false")) return now.equals("true");
            return now.matches("-?\\d{1,18}") ? (Object) Long.valueOf(now) : Double.valueOf(now);
        }

        static String text(String token) {
            if (!token.startsWith("\"")) throw new IllegalArgumentException(token);
            return ESCAPE.matcher(token.substring(1, token.length() - 1)).replaceAll(found -> {
                String sign = found.group(1);
                if (sign.length() == 5) return Matcher.quoteReplacement("" + (char) Integer.parseInt(sign.substring(1), 16));
                int known = "nrtbf".indexOf(sign);
                return Matcher.quoteReplacement(known < 0 ? sign : "\n\r\t\b\f".substring(known, known + 1));
            });
        }

        /** Viết một đối tượng toàn chữ hoặc null, là tất cả những gì gửi đi ở đây · Texts and nulls, all that is sent. */
        static String write(Map<String, Object> from) {
            var made = new StringJoiner(",", "{", "}");
            from.forEach((name, value) -> made.add(quoted(name) + ":" + (value == null ? "null" : quoted(value.toString()))));
            return made.toString();
        }

        static String quoted(String text) {
            var made = new StringBuilder("\"");
            text.chars().forEach(sign -> made.append(
                sign == '"' || sign == '\\' ? "\\" + (char) sign : sign < 32 ? String.format("\\u%04x", sign) : "" + (char) sign));
            return made.append('"').toString();
        }
    }

    static Path shared(String name) throws Unreachable {
        for (String folder : new String[] {"..", "examples/clients", "."})
            if (Files.exists(Path.of(folder, name))) return Path.of(folder, name);
        throw new Unreachable(name + ": hãy chạy trong thư mục java / run this in its own folder");
    }

    static Map<String, Object> read(Path path) throws IOException {
        try {
            return object(Json.read(Files.readString(path)));
        } catch (Unreachable bad) {
            throw new IOException(path + ": " + bad.getMessage());
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) { return (Map<String, Object>) value; }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) { return value == null ? List.of() : (List<Object>) value; }

    static Map<String, Object> with(Map<String, Object> known, Object... more) {
        var made = new LinkedHashMap<>(known);
        for (int at = 0; at < more.length; at += 2) made.put(more[at].toString(), more[at + 1]);
        return made;
    }

    static String cut(String text) { return text.substring(0, Math.min(200, text.length())); }
}
