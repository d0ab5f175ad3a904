using Urma.Net.Interop.Headers;

namespace Urma.Net.Interop.Generator;

/// <summary>What a response file asks for. The options are those of ClangSharp's generator, as far as this one has them.</summary>
internal sealed class GeneratorOptions
{
    public required HeaderSet Headers { get; init; }

    /// <summary>Namespace of everything that is written.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the class with the functions and constants.</summary>
    public required string MethodClass { get; init; }

    /// <summary>File name of the native library, for messages; the program chooses at run time which file is loaded.</summary>
    public required string Library { get; init; }

    /// <summary>What to say when the loaded library lacks a function; may be empty.</summary>
    public required string MissingHint { get; init; }

    /// <summary>Folder to write to.</summary>
    public required string Output { get; init; }

    /// <summary>C names and what they are called in C#.</summary>
    public required IReadOnlyDictionary<string, string> Remaps { get; init; }

    /// <summary>Names of types, functions and constants that are left out.</summary>
    public required IReadOnlySet<string> Excludes { get; init; }

    /// <summary>Constants are written, too.</summary>
    public required bool WithConstants { get; init; }

    /// <summary>Sizes on arm64, in bytes, of types of other headers where they are not those on x86-64.</summary>
    public required IReadOnlyDictionary<string, long> Arm64Sizes { get; init; }

    /// <summary>Nothing is written but the description that installed headers are compared with.</summary>
    public required bool IsDescriptionOnly { get; init; }
}
