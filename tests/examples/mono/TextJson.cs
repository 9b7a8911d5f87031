// What mono lacks of .NET 8 and the C# client uses: System.Text.Json's nodes, and Process.Kill for a whole tree.
// With it the client is compiled and run here as it is written for .NET 8.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;

namespace System.Text.Encodings.Web
{
    public class JavaScriptEncoder
    {
        public static readonly JavaScriptEncoder UnsafeRelaxedJsonEscaping = new JavaScriptEncoder();
    }
}

namespace System.Diagnostics
{
    public static class WholeTree
    {
        public static void Kill(this Process process, bool entireProcessTree)
        {
            using (var end = Process.Start("pkill", "-TERM -P " + process.Id)) end.WaitForExit();
            process.Kill();
        }
    }
}

namespace System.Text.Json
{
    public class JsonException : Exception
    {
        public JsonException(string why) : base(why) { }
    }

    public class JsonSerializerOptions
    {
        public JavaScriptEncoder Encoder { get; set; }
        public bool WriteIndented { get; set; }
    }
}

namespace System.Text.Json.Nodes
{
    public abstract class JsonNode
    {
        public static JsonNode Parse(string text)
        {
            return new Reader(text).Whole();
        }

        public JsonNode this[string name]
        {
            get
            {
                JsonNode found;
                return AsObject().Members.TryGetValue(name, out found) ? found : null;
            }
            set { AsObject().Put(name, value); }
        }

        public JsonNode this[int place]
        {
            get { return AsArray().Items[place]; }
        }

        public JsonObject AsObject()
        {
            var found = this as JsonObject;
            if (found == null) throw new InvalidOperationException("no object");
            return found;
        }

        public JsonArray AsArray()
        {
            var found = this as JsonArray;
            if (found == null) throw new InvalidOperationException("no array");
            return found;
        }

        public string ToJsonString(JsonSerializerOptions options = null)
        {
            var made = new StringBuilder();
            Write(made);
            return made.ToString();
        }

        internal abstract void Write(StringBuilder to);

        public override string ToString()
        {
            return ToJsonString();
        }

        object Value
        {
            get { return ((JsonValue)this).Kept; }
        }

        public static explicit operator string(JsonNode node)
        {
            return node == null ? null : (string)node.Value;
        }

        public static explicit operator long(JsonNode node)
        {
            return long.Parse(node.Value.ToString(), CultureInfo.InvariantCulture);
        }

        public static explicit operator int(JsonNode node)
        {
            return (int)(long)node;
        }

        public static explicit operator bool(JsonNode node)
        {
            return (bool)node.Value;
        }

        public static implicit operator JsonNode(string value)
        {
            return value == null ? null : new JsonValue(value);
        }

        public static implicit operator JsonNode(long value)
        {
            return new JsonValue(new Number(value.ToString(CultureInfo.InvariantCulture)));
        }

        public static implicit operator JsonNode(bool value)
        {
            return new JsonValue(value);
        }

        internal static void WriteText(StringBuilder to, string text)
        {
            to.Append('"');
            foreach (var letter in text)
            {
                if (letter == '"' || letter == '\\') to.Append('\\').Append(letter);
                else if (letter < ' ') to.Append("\\u").Append(((int)letter).ToString("x4"));
                else to.Append(letter);
            }
            to.Append('"');
        }
    }

    /// <summary>A number as it was written.</summary>
    class Number
    {
        readonly string written;

        public Number(string written)
        {
            this.written = written;
        }

        public override string ToString()
        {
            return written;
        }
    }

    public class JsonValue : JsonNode
    {
        internal readonly object Kept;

        internal JsonValue(object kept)
        {
            Kept = kept;
        }

        internal override void Write(StringBuilder to)
        {
            if (Kept is string) WriteText(to, (string)Kept);
            else to.Append(ToString());
        }

        public override string ToString()
        {
            return Kept is bool ? ((bool)Kept ? "true" : "false") : Kept.ToString();
        }
    }

    public class JsonObject : JsonNode, IEnumerable<KeyValuePair<string, JsonNode>>
    {
        internal readonly Dictionary<string, JsonNode> Members = new Dictionary<string, JsonNode>();
        readonly List<string> order = new List<string>();

        internal void Put(string name, JsonNode value)
        {
            if (!Members.ContainsKey(name)) order.Add(name);
            Members[name] = value;
        }

        public bool ContainsKey(string name)
        {
            return Members.ContainsKey(name);
        }

        public IEnumerator<KeyValuePair<string, JsonNode>> GetEnumerator()
        {
            return order.Select(name => new KeyValuePair<string, JsonNode>(name, Members[name])).GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }

        internal override void Write(StringBuilder to)
        {
            to.Append('{');
            foreach (var name in order)
            {
                if (name != order[0]) to.Append(',');
                WriteText(to, name);
                to.Append(':');
                if (Members[name] == null) to.Append("null");
                else Members[name].Write(to);
            }
            to.Append('}');
        }
    }

    public class JsonArray : JsonNode, IEnumerable<JsonNode>
    {
        internal readonly List<JsonNode> Items = new List<JsonNode>();

        public int Count
        {
            get { return Items.Count; }
        }

        public IEnumerator<JsonNode> GetEnumerator()
        {
            return Items.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }

        internal override void Write(StringBuilder to)
        {
            to.Append('[');
            for (var place = 0; place < Items.Count; place++)
            {
                if (place > 0) to.Append(',');
                if (Items[place] == null) to.Append("null");
                else Items[place].Write(to);
            }
            to.Append(']');
        }
    }

    class Reader
    {
        readonly string text;
        int at;

        public Reader(string text)
        {
            this.text = text;
        }

        public JsonNode Whole()
        {
            var found = Any();
            Skip();
            if (at != text.Length) throw Wrong();
            return found;
        }

        JsonException Wrong()
        {
            return new JsonException("no JSON at " + at);
        }

        void Skip()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0) at++;
        }

        bool Takes(string word)
        {
            Skip();
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) return false;
            at += word.Length;
            return true;
        }

        void Demand(string word)
        {
            if (!Takes(word)) throw Wrong();
        }

        JsonNode Any()
        {
            if (Takes("{")) return Object();
            if (Takes("[")) return Array();
            if (Takes("\"")) return new JsonValue(Text());
            if (Takes("null")) return null;
            if (Takes("true")) return new JsonValue(true);
            if (Takes("false")) return new JsonValue(false);
            var from = at;
            while (at < text.Length && "+-.0123456789eE".IndexOf(text[at]) >= 0) at++;
            if (at == from) throw Wrong();
            return new JsonValue(new Number(text.Substring(from, at - from)));
        }

        JsonObject Object()
        {
            var made = new JsonObject();
            if (Takes("}")) return made;
            do
            {
                Demand("\"");
                var name = Text();
                Demand(":");
                made.Put(name, Any());
            } while (Takes(","));
            Demand("}");
            return made;
        }

        JsonArray Array()
        {
            var made = new JsonArray();
            if (Takes("]")) return made;
            do made.Items.Add(Any());
            while (Takes(","));
            Demand("]");
            return made;
        }

        string Text()
        {
            var made = new StringBuilder();
            while (at < text.Length && text[at] != '"')
            {
                var letter = text[at++];
                made.Append(letter == '\\' ? Escaped() : letter);
            }
            if (at++ >= text.Length) throw Wrong();
            return made.ToString();
        }

        char Escaped()
        {
            if (at >= text.Length) throw Wrong();
            var letter = text[at++];
            if (letter == 'u' && at + 4 <= text.Length)
            {
                at += 4;
                return (char)int.Parse(text.Substring(at - 4, 4), NumberStyles.HexNumber);
            }
            var place = "bfnrt".IndexOf(letter);
            return place < 0 ? letter : "\b\f\n\r\t"[place];
        }
    }
}
