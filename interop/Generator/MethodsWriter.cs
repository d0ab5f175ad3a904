using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Generator;

/// <summary>Writes the class with the functions: each is looked up in the loaded library when it is first called.</summary>
internal sealed class MethodsWriter(CodeText code, TypeMap types, GeneratorOptions options)
{
    // A parameter's name in C# must differ from the method's own variable.
    private const string Variable = "function";

    /// <summary>Writes the class.</summary>
    public void Write(IReadOnlyList<CFunction> functions)
    {
        code.Line($"/// <summary>Functions of <c>{options.Library}</c>, found in the loaded library when they are first called.</summary>");
        code.Line("/// <remarks>");
        code.Line("/// Thread-safe once <see cref=\"Load\"/> has returned. A call costs what the indirect call costs.");
        code.Line("/// </remarks>");
        code.Open($"internal static unsafe partial class {options.MethodClass}");
        code.Line("private static LoadedLibrary? s_library;");
        foreach (CFunction function in functions)
        {
            code.Line($"private static void* {Pointer(function)};");
        }

        code.Separate();
        WriteLoading(functions);
        foreach (CFunction function in functions)
        {
            Write(function);
        }

        code.Close();
    }

    private static string Pointer(CFunction function) => "s_" + function.Name;

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private void WriteLoading(IReadOnlyList<CFunction> functions)
    {
        code.Line("/// <summary>The file name of the library, as its header's users link it.</summary>");
        code.Line($"public const string LibraryName = {Quote(options.Library)};");
        code.Separate();
        code.Line("/// <summary>True after <see cref=\"Load\"/>.</summary>");
        code.Line("public static bool IsLoaded => s_library is not null;");
        code.Separate();
        code.Line("/// <summary>The names of all functions of this class, in the order of the header; a new array each time.</summary>");
        code.Line("public static string[] Imports =>");
        code.Line("[");
        foreach (CFunction function in functions)
        {
            code.Line($"    {Quote(function.Name)},");
        }

        code.Line("];");
        code.Separate();
        code.Line("/// <summary>Says which library the functions are in, and forgets what was found in another one.</summary>");
        code.Line("/// <param name=\"handle\">What <see cref=\"NativeLibrary.Load(string)\"/> returned; it stays the caller's and must stay loaded.</param>");
        code.Line("/// <param name=\"path\">The file it came from, for messages; the library's name where it is null.</param>");
        code.Line("/// <remarks>No other thread may be in a function of this class.</remarks>");
        code.Open("public static void Load(nint handle, string? path = null)");
        code.Line($"s_library = new LoadedLibrary(handle, path ?? LibraryName, {Quote(options.MissingHint)});");
        foreach (CFunction function in functions)
        {
            code.Line($"{Pointer(function)} = null;");
        }

        code.Close();
        code.Line("/// <summary>Whether the loaded library has a function; false when none is loaded.</summary>");
        code.Line("/// <param name=\"function\">One of <see cref=\"Imports\"/>.</param>");
        code.Line("public static bool IsAvailable(string function) => s_library?.Has(function) == true;");
        code.Separate();
        code.Line("[MethodImpl(MethodImplOptions.NoInlining)]");
        code.Line("private static void* Bind(ref void* function, string name) => function = LoadedLibrary.Find(s_library, LibraryName, name);");
        code.Separate();
    }

    private void Write(CFunction function)
    {
        (string Type, string Name)[] parameters = [.. function.Parameters.Select((parameter, i) =>
            (types.Text(types.Decay(parameter.Type)), ParameterName(parameter, i)))];
        string result = types.Text(function.Result);
        string arguments = string.Join(", ", parameters.Select(parameter => parameter.Name));
        string type = types.FunctionPointer(function.Result, function.Parameters.Select(parameter => parameter.Type));
        code.Line($"/// <summary><c>{CSharpName.Comment(function.Spelling)}</c></summary>");
        code.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        code.Open($"public static {result} {CSharpName.Escape(function.Name)}({string.Join(", ", parameters.Select(parameter => $"{parameter.Type} {parameter.Name}"))})");
        code.Line($"void* {Variable} = {Pointer(function)};");
        code.Open($"if ({Variable} == null)");
        code.Line($"{Variable} = Bind(ref {Pointer(function)}, {Quote(function.Name)});");
        code.Close();
        code.Line($"{(result == "void" ? string.Empty : "return ")}(({type}){Variable})({arguments});");
        code.Close();
    }

    private static string ParameterName(CParameter parameter, int index) => parameter.Name switch
    {
        "" => $"parameter{index}",
        Variable => Variable + "_",
        string name => CSharpName.Escape(name),
    };
}
