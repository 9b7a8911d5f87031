// Khách NDXP mẫu cho .NET 8, không cần gói NuGet nào · A sample NDXP client, no packages.
//
// Chạy · Run:   dotnet run        một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
//               dotnet run sai    hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
// Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml.Linq;

/// <summary>Dịch vụ trả lời "không": gửi lại y nguyên cũng vô ích · Sending the same again would not help.</summary>
class Refused : Exception
{
    public Refused(string why) : base(why) { }
}

/// <summary>Không có câu trả lời dùng được sau vài lần thử · No usable answer after several tries.</summary>
class Unreachable : Exception
{
    public Unreachable(string why) : base(why) { }
}

class Reply
{
    public int Status;
    public HttpResponseHeaders Headers;
    public string Text;

    /// <summary>429, 5xx, trang HTML, JSON cụt: có thể tự qua · May pass by itself.</summary>
    public bool IsPassing
    {
        get { return Status == 429 || Status >= 500 || (Status == 200 && !IsJson); }
    }

    bool IsJson
    {
        get
        {
            try
            {
                return JsonNode.Parse(Text) != null;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    public string Start
    {
        get { return Text.Substring(0, Math.Min(200, Text.Length)); }
    }

    /// <summary>Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells.</summary>
    public TimeSpan Wait(TimeSpan otherwise)
    {
        var pause = otherwise;
        var told = Regex.Match(Text, "\"(\\d{4}-\\w{3}-\\d\\d [\\d:]{8})");
        if (Headers.RetryAfter != null && Headers.RetryAfter.Delta != null) pause = Headers.RetryAfter.Delta.Value;
        else if (told.Success && Headers.Date != null)
        {
            var until = DateTimeOffset.ParseExact(told.Groups[1].Value, "yyyy-MMM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            pause = until - Headers.Date.Value;
        }
        return TimeSpan.FromSeconds(Math.Min(Math.Max(pause.TotalSeconds, 0.05), 90));
    }
}

// ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----

class Gateway
{
    const int Tries = 4;
    static readonly JsonSerializerOptions Plain = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    readonly HttpClient http = new HttpClient(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(15) };
    readonly string address, pair, file;
    readonly TimeSpan ahead = TimeSpan.Zero;
    JsonNode kept;

    public Gateway(string address, JsonNode keys, string folder = null, string now = null)
    {
        this.address = address.TrimEnd('/');
        pair = Convert.ToBase64String(Encoding.UTF8.GetBytes(keys["consumer_key"] + ":" + keys["consumer_secret"]));
        if (folder != null) file = Path.Combine(folder, "token.json");
        if (file != null && File.Exists(file)) kept = JsonNode.Parse(File.ReadAllText(file));
        if (now != null) ahead = DateTimeOffset.Parse(now, CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow;
    }

    /// <summary>Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 · Reuse, renew when due.</summary>
    public async Task<string> Token(bool renew = false)
    {
        var now = (DateTimeOffset.UtcNow + ahead).ToUnixTimeSeconds();
        if (kept != null && !renew && now < (long)kept["until"] - 30) return (string)kept["token"];
        var form = new StringContent("grant_type=client_credentials", Encoding.UTF8, "application/x-www-form-urlencoded");
        var reply = await Send("/token", new AuthenticationHeaderValue("Basic", pair), form);
        if (reply.Status != 200) throw new Refused("token: " + reply.Status + " " + reply.Start);
        var said = JsonNode.Parse(reply.Text);
        kept = new JsonObject { ["token"] = (string)said["access_token"], ["until"] = now + (long)said["expires_in"] };
        if (file != null) File.WriteAllText(file, kept.ToJsonString());
        return (string)kept["token"];
    }

    /// <summary>Gọi một dịch vụ. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1).</summary>
    public async Task<JsonNode> Call(string operation, JsonNode body)
    {
        Reply reply = null;
        foreach (var renew in new[] { false, true }) // 401: xin token mới đúng một lần · one renewal, no loop
        {
            var bearer = new AuthenticationHeaderValue("Bearer", await Token(renew));
            var content = new StringContent(body.ToJsonString(Plain), Encoding.UTF8, "application/json");
            reply = await Send("/apiBTXH/1.0/" + operation, bearer, content);
            if (reply.Status != 401) break;
        }
        if (reply.Status != 200) throw new Refused(reply.Status + " " + reply.Start);
        var whole = JsonNode.Parse(reply.Text).AsObject();
        var said = whole["result"] as JsonObject ?? whole;
        var code = said["error_code"] == null ? "" : said["error_code"].ToString();
        if (code != "0") throw new Refused(code + " " + said["message"]);
        return said;
    }

    /// <summary>Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Retry passing troubles only.</summary>
    async Task<Reply> Send(string path, AuthenticationHeaderValue who, StringContent content)
    {
        var bytes = await content.ReadAsByteArrayAsync();
        var trouble = "";
        for (var number = 1; number <= Tries; number++)
        {
            var pause = TimeSpan.FromSeconds(0.1 * (1 << number));
            try
            {
                var reply = await Once(path, who, bytes, content.Headers.ContentType);
                if (!reply.IsPassing) return reply;
                trouble = "HTTP " + reply.Status;
                pause = reply.Wait(pause);
            }
            catch (Exception lost) when (lost is HttpRequestException || lost is TaskCanceledException || lost is IOException)
            {
                trouble = lost.Message;
            }
            if (number < Tries) await Task.Delay(pause);
        }
        throw new Unreachable(address + path + ": " + trouble);
    }

    async Task<Reply> Once(string path, AuthenticationHeaderValue who, byte[] bytes, MediaTypeHeaderValue type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address + path) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = type;
        request.Headers.Authorization = who;
        request.Headers.Accept.ParseAdd("application/json");
        var got = await http.SendAsync(request);
        return new Reply { Status = (int)got.StatusCode, Headers = got.Headers, Text = await got.Content.ReadAsStringAsync() };
    }
}

// ---- Biểu mẫu: từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms ----

static class Forms
{
    static readonly JsonNode Shared = Read("bieu-mau.json");

    public static JsonNode Read(string name)
    {
        return JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name)));
    }

    /// <summary>Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã.</summary>
    static JsonObject Fields(string form, JsonNode known)
    {
        var made = new JsonObject();
        foreach (var each in Shared["forms"][form].AsObject())
        {
            var words = ((string)each.Value).Split(new[] { ' ' }, 2);
            if (words[0] == "null") made[each.Key] = null;
            else made[each.Key] = words[0] == "=" ? words[1] : Coded(words[0], LookedUp(known, words[1]));
        }
        return made;
    }

    static string LookedUp(JsonNode known, string path)
    {
        foreach (var part in path.Split('.')) known = known[part];
        return known.ToString().Normalize(NormalizationForm.FormC); // true, false viết thường như trong JSON
    }

    static string Coded(string kind, string text)
    {
        if (kind == "text") return text;
        if (kind == "note") return text.Substring(0, Math.Min(4000, text.Length));
        if (kind != "day" && kind != "second") return (string)Shared["tables"][kind][text] ?? text;
        var day = text.Substring(8, 2) + "/" + text.Substring(5, 2) + "/" + text.Substring(0, 4);
        return kind == "day" ? day : day + " " + text.Substring(11, 8);
    }

    /// <summary>XML dựng bằng thư viện: tên tệp có &amp; &lt; " không làm hỏng được · Built as a tree, never glued.</summary>
    static string ExtentXml(JsonNode files, JsonNode results)
    {
        var root = new XElement("ExtentData",
            new XElement("DanhSachTaiLieuNop", Rows("TaiLieuNop", "file", files)),
            new XElement("DanhSachGiayToKetQua", Rows("GiayToKetQua", "result", results)));
        return "<?xml version='1.0' encoding='utf-8'?>" + root.ToString(SaveOptions.DisableFormatting);
    }

    static IEnumerable<XElement> Rows(string one, string form, JsonNode rows)
    {
        if (rows == null) yield break;
        var number = 0;
        foreach (var row in rows.AsArray())
        {
            var known = Copy(row);
            known["number"] = ++number;
            yield return new XElement(one, Fields(form, known).Select(field => new XElement(field.Key, (string)field.Value)));
        }
    }

    /// <summary>LoaiDuLieu 1: hồ sơ mới · 100: kết quả cuối cùng.</summary>
    public static JsonObject Dossier(string kind, JsonNode it)
    {
        var known = Copy(it);
        known["kind"] = kind;
        known["digitised"] = it["files"].AsArray().Any(file => (bool)file["digitised"]);
        known["detail_url"] = "https://motcua.example.vn/ho-so/" + it["dossier_code"];
        known["extent_data"] = ExtentXml(it["files"], kind == "100" ? it["results"] : null);
        return Fields("dossier", known);
    }

    public static JsonObject Step(string code, JsonNode step)
    {
        var known = Copy(step);
        known["dossier_code"] = code;
        return Fields("step", known);
    }

    static JsonObject Copy(JsonNode from)
    {
        return JsonNode.Parse(from.ToJsonString()).AsObject();
    }
}

// ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----

static class Program
{
    static async Task Push(Gateway gateway, string operation, JsonObject form)
    {
        var kind = form["LoaiDuLieu"] == null ? "" : " (" + form["LoaiDuLieu"] + ")";
        var name = (operation + kind + " " + form["MaHoSo"]).TrimEnd();
        try
        {
            var said = (await gateway.Call(operation, form)).AsObject();
            var rows = said["data"] as JsonArray;
            var count = said.ContainsKey("data") ? "; " + (rows == null ? 0 : rows.Count) + " hồ sơ" : "";
            Console.WriteLine(name + ": " + said["error_code"] + " " + said["message"] + count);
        }
        catch (Refused no)
        {
            throw new Refused(name + ": " + no.Message);
        }
    }

    static async Task Sample(string address, JsonNode keys, bool isWrong)
    {
        var known = Forms.Read("mau.json");
        var it = known["dossier"];
        var code = (string)it["dossier_code"];
        code = code.Substring(0, code.Length - 4) + new Random().Next(1000, 10000);
        it["dossier_code"] = code;
        if (isWrong) it["procedure"]["code"] = "1.009999";
        var gateway = new Gateway(address, keys ?? known["credentials"]);
        await gateway.Token();
        Console.WriteLine("token: 200");
        await Push(gateway, "DongBoDVC", Forms.Dossier("1", it));
        await Push(gateway, "XuLyHoSo", Forms.Step(code, it["steps"][0]));
        it["status"]["name"] = "Đã trả kết quả";
        await Push(gateway, "DongBoDVC", Forms.Dossier("100", it));
        await Push(gateway, "DanhSachHoSo", known["pull"].AsObject());
        Console.WriteLine("xong / done");
    }

    /// <summary>Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN.</summary>
    static async Task Certified(JsonNode context)
    {
        var task = context["task"];
        var kinds = new Dictionary<string, string> { ["push-dossiers"] = "1", ["push-course"] = "1", ["push-results"] = "100" };
        var what = (string)task["do"];
        if (!kinds.ContainsKey(what)) throw new Refused("chưa biết làm / cannot do: " + what);
        var keys = context["credentials"]["production"];
        var gateway = new Gateway((string)context["base_url"], keys, (string)context["state_dir"], (string)task["now"]);
        foreach (var it in task["dossiers"].AsArray())
        {
            var code = (string)it["dossier_code"];
            try
            {
                await Push(gateway, "DongBoDVC", Forms.Dossier(kinds[what], it));
                foreach (var step in (it["steps"] as JsonArray) ?? new JsonArray()) await Push(gateway, "XuLyHoSo", Forms.Step(code, step));
            }
            catch (Exception trouble) when (trouble is Refused || trouble is Unreachable)
            {
                Console.WriteLine(code + ": " + trouble.Message);
            }
        }
    }

    /// <summary>Bật trình giả lập ở một cổng trống; dòng đầu tiên của nó là địa chỉ và khóa · Its ready line.</summary>
    static Process Started()
    {
        var words = new ProcessStartInfo("ndxp-emulator", "serve --port 0 --store :memory: --quiet");
        words.RedirectStandardOutput = true;
        words.UseShellExecute = false;
        return Process.Start(words);
    }

    static int Main(string[] words)
    {
        return Run(words).GetAwaiter().GetResult();
    }

    static async Task<int> Run(string[] words)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        Process server = null;
        try
        {
            var context = Environment.GetEnvironmentVariable("NDXP_CERT_CONTEXT");
            if (context != null)
            {
                await Certified(JsonNode.Parse(File.ReadAllText(context)));
                return 0;
            }
            var address = Environment.GetEnvironmentVariable("NDXP_EMULATOR_URL");
            JsonNode keys = null;
            if (address == null)
            {
                server = Started();
                var ready = JsonNode.Parse(server.StandardOutput.ReadLine() ?? throw new Unreachable("ndxp-emulator serve"));
                address = (string)ready["base_url"];
                keys = ready["credentials"]["production"];
            }
            var key = Environment.GetEnvironmentVariable("NDXP_CONSUMER_KEY");
            var secret = Environment.GetEnvironmentVariable("NDXP_CONSUMER_SECRET");
            if (key != null) keys = new JsonObject { ["consumer_key"] = key, ["consumer_secret"] = secret };
            await Sample(address, keys, words.Contains("sai"));
            return 0;
        }
        catch (Refused no)
        {
            Console.Error.WriteLine("bị từ chối / refused: " + no.Message);
            return 1;
        }
        catch (Exception trouble) when (trouble is Unreachable || trouble is JsonException || trouble is System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine("không gọi được / cannot reach: " + trouble.Message);
            return 2;
        }
        finally
        {
            if (server != null && !server.HasExited)
            {
                server.Kill(true);
                server.WaitForExit();
            }
        }
    }
}
