using System.Globalization;

namespace Urma.Net.Peer;

/// <summary>One line of input: a verb and <c>key=value</c> pairs, separated by spaces.</summary>
internal sealed class Command
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private Command(string verb)
    {
        Verb = verb;
    }

    public string Verb { get; }

    public static Command Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var command = new Command(words.Length == 0 ? string.Empty : words[0]);
        foreach (string word in words.Skip(1))
        {
            int separator = word.IndexOf('=', StringComparison.Ordinal);
            command._values[separator < 0 ? word : word[..separator]] = separator < 0 ? string.Empty : word[(separator + 1)..];
        }

        return command;
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public string Text(string key) =>
        _values.TryGetValue(key, out string? value) ? value : throw new ArgumentException($"'{Verb}' needs {key}=….");

    public string Text(string key, string fallback) => _values.GetValueOrDefault(key, fallback);

    public long Number(string key) => long.Parse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public long Number(string key, long fallback) => Has(key) ? Number(key) : fallback;

    public int Int(string key) => checked((int)Number(key));

    public int Int(string key, int fallback) => checked((int)Number(key, fallback));

    public byte[] Bytes(string key) => Convert.FromHexString(Text(key));

    public Token Token(string key) => new(checked((uint)Number(key)));
}
