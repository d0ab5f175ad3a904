using System.Text.Encodings.Web;
using System.Text.Json;

namespace Urma.Net.Benchmarks.Check;

/// <summary>The file <c>benchmarks/baseline.json</c>: what was measured when all was well.</summary>
/// <param name="Processor">Ratios of one kind of processor say nothing of another's.</param>
/// <param name="Runtime">With which .NET.</param>
/// <param name="Ratios">In the order of <see cref="CheckedRatio.All"/>.</param>
internal sealed record Baseline(string Processor, string Runtime, IReadOnlyList<BaselineRatio> Ratios)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An empty one of this machine.</summary>
    public static Baseline OfThisMachine => new(ProcessorName(), System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription, []);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    public static Baseline Load(string file) =>
        JsonSerializer.Deserialize<Baseline>(File.ReadAllText(file), Form) ?? throw new InvalidDataException($"'{file}' holds no object.");

    /// <summary>The line of a measurement, if it has one.</summary>
    public BaselineRatio? Find(CheckedRatio ratio) => Ratios.FirstOrDefault(r => r.Name == ratio.Name && r.Over == ratio.Over);

    /// <summary>The same with new samples in place of older ones; lines that nothing measures any more are left out.</summary>
    public Baseline With(IReadOnlyDictionary<CheckedRatio, List<double>> samples)
    {
        Baseline machine = OfThisMachine;
        bool isSameMachine = machine.Processor == Processor;
        return machine with
        {
            Ratios =
            [
                .. CheckedRatio.All.Select(ratio => samples.TryGetValue(ratio, out List<double>? found) && found.Count >= Judgement.FewestSamples
                    ? BaselineRatio.Of(ratio, found)
                    : isSameMachine ? Find(ratio) : null).OfType<BaselineRatio>(),
            ],
        };
    }

    /// <summary>Writes it, a line for each measurement.</summary>
    public void Save(string file)
    {
        IEnumerable<string> lines = Ratios.Select(static ratio => "    " + JsonSerializer.Serialize(ratio, Form));
        File.WriteAllText(file, $$"""
            {
              "processor": {{JsonSerializer.Serialize(Processor, Form)}},
              "runtime": {{JsonSerializer.Serialize(Runtime, Form)}},
              "ratios": [
            {{string.Join(",\n", lines)}}
              ]
            }

            """);
    }

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
}
