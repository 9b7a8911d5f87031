// Runs a program and ends at once with its code: mono 6.8 sometimes falls over its own thread pool when it shuts down.

using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

static class Run
{
    [DllImport("libc", EntryPoint = "_exit")]
    static extern void End(int code);

    static void Main(string[] words)
    {
        var code = 99;
        try
        {
            code = AppDomain.CurrentDomain.ExecuteAssembly(words[0], words.Skip(1).ToArray());
        }
        catch (Exception trouble)
        {
            Console.Error.WriteLine(trouble);
        }
        Console.Out.Flush();
        End(code);
    }
}
