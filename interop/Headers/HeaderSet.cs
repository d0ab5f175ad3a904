namespace Urma.Net.Interop.Headers;

/// <summary>Which headers to read, and how.</summary>
public sealed class HeaderSet
{
    /// <summary>The headers, as an <c>#include</c> names them. Their types, functions and macros are wanted.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Folders in which <c>#include</c> looks.</summary>
    public IReadOnlyList<string> IncludeDirectories { get; init; } = [];

    /// <summary>Further headers, and folders of headers, whose contents are wanted when one of <see cref="Files"/> includes them.</summary>
    public IReadOnlyList<string> Traversed { get; init; } = [];

    /// <summary>Macros to define, as <c>NAME</c> or <c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Defines { get; init; } = [];

    /// <summary>Further arguments for clang, such as <c>--target=aarch64-linux-gnu</c>.</summary>
    public IReadOnlyList<string> CompilerArguments { get; init; } = [];
}
