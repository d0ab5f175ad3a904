using System.Text.RegularExpressions;

namespace Urma.Net.Tool.Certify;

/// <summary>One line of a certification list: a program, how it is run, and how one knows that it worked.</summary>
/// <remarks>The members are those of the list's file; docs/certification-list.md describes them. Checked by <see cref="CertificationList"/>.
/// They can be set after construction because the generated reader gives up the initial values of those that cannot.</remarks>
internal sealed record CertificationRow
{
    /// <summary>What the row is called; unique among the rows of a provider.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>What it shows when it passes.</summary>
    public string Shows { get; set; } = string.Empty;

    /// <summary>The Debian package to install where the program is missing.</summary>
    public string Package { get; set; } = string.Empty;

    /// <summary>Instead of a package: the command that makes it.</summary>
    public string BuiltBy { get; set; } = string.Empty;

    /// <summary>The file that must be there; the command's first word when empty.</summary>
    public string Program { get; set; } = string.Empty;

    /// <summary>One process that does it all.</summary>
    public string? Command { get; set; }

    /// <summary>Both ends of a pair, which differ in <c>{peer}</c> only: empty at the server.</summary>
    public string? Pair { get; set; }

    /// <summary>The end that waits.</summary>
    public string? Server { get; set; }

    /// <summary>The end that begins, and whose output and exit code count.</summary>
    public string? Client { get; set; }

    /// <summary>The server does not end by itself: it is ended once the client has.</summary>
    public bool ServerStays { get; set; }

    /// <summary>
    /// A regular expression for what the server says when it can be connected to. Empty: it shows nothing, and a client that comes too early is
    /// started again. Without it, and with <c>{port}</c> in its command, a TCP port that listens.
    /// </summary>
    public string? Ready { get; set; }

    /// <summary>Variables of both ends.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>A regular expression that the output must match.</summary>
    public string? Expect { get; set; }

    /// <summary>The exit code that passes.</summary>
    public int Exit { get; set; }

    /// <summary>A regular expression whose first group is a number; the output's last match counts.</summary>
    public string? Figure { get; set; }

    /// <summary>What the number is, such as <c>us</c>.</summary>
    public string Unit { get; set; } = string.Empty;

    /// <summary>Seconds after which it is ended and has failed, 1 to 3600.</summary>
    public int Limit { get; set; } = 60;

    /// <summary>The providers it is run on; all those of programs on libibverbs when empty.</summary>
    public IReadOnlyList<string> Providers { get; set; } = [];

    /// <summary>What must be true of the machine.</summary>
    public IReadOnlyList<CertificationNeed> Needs { get; set; } = [];

    /// <summary>Whether it is run on one machine, between two, or on whatever there is.</summary>
    public CertificationMachines Machines { get; set; }

    /// <summary>What the reader of the table should know.</summary>
    public string Note { get; set; } = string.Empty;

    /// <summary>The command whose output and exit code count.</summary>
    public string Main => Command ?? Client ?? Pair ?? string.Empty;

    /// <summary>The command of the end that waits; null for a single process.</summary>
    public string? Waiting => Command is null ? Server ?? Pair : null;

    /// <summary>The file to look for.</summary>
    public string Executable => Program.Length > 0 ? Program : Main.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries)[0];

    /// <summary>Compiles a pattern of the list; it may take a second at most, whatever it is given.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static Regex Pattern(string text) => new(text, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
