// Orchestration only: what to run, in which order. How things are built is in the project files and CMakeLists.txt.
using System.Xml.Linq;

var target = Argument("target", "test");
var toolArguments = Argument("arguments", "");

const string Configuration = "Release";
const string Solution = "Urma.Net.sln";
const string ToolProject = "src/Urma.Tool/Urma.Tool.csproj";
const string SoftwareUbProject = "native/exports/Liburma/Urma.Net.Exports.Liburma.csproj";
const string RoubProject = "native/exports/Roub/Urma.Net.Exports.Roub.csproj";
const string VerbsHeader = "/usr/include/infiniband/verbs.h";
const string ConnectionHeader = "/usr/include/rdma/rdma_cma.h";
const string BenchmarkProject = "benchmarks/Urma.Net.Benchmarks/Urma.Net.Benchmarks.csproj";
const string AotBenchmarkProject = "benchmarks/Urma.Net.Benchmarks.Aot/Urma.Net.Benchmarks.Aot.csproj";
const string SuiteProject = "benchmarks/Urma.Net.Compare/Urma.Net.Compare.csproj";
const string GeneratorProject = "interop/Generator/Urma.Net.Interop.Generator.csproj";
const string Arm64Headers = "/usr/aarch64-linux-gnu/include";
const string HangTimeout = "5m";

// How scripts say that something cannot run on this machine.
const int NotHere = 77;

var tool = MakeAbsolute(File("artifacts/urma/urma"));
var suite = MakeAbsolute(File("artifacts/compare-suite/Urma.Net.Compare"));
var testResults = MakeAbsolute(Directory("artifacts/test-results"));
var shipping = MakeAbsolute(Directory("artifacts/shipping"));
var packages = MakeAbsolute(Directory("artifacts/packages"));

void Run(string program, string arguments)
{
    int exitCode = StartProcess(program, new ProcessSettings { Arguments = arguments });
    if (exitCode != 0)
    {
        throw new CakeException($"'{program} {arguments}' ended with exit code {exitCode}.");
    }
}

// For programs whose ordinary output nobody needs: it appears only when they fail.
void RunSilently(string program, string arguments)
{
    int exitCode = StartProcess(program, new ProcessSettings
    {
        Arguments = arguments,
        RedirectStandardOutput = true,
    }, out var output);
    if (exitCode != 0)
    {
        throw new CakeException($"'{program} {arguments}' ended with exit code {exitCode}:\n{string.Join("\n", output)}");
    }
}

void Dotnet(string arguments) => Run("dotnet", arguments);

void RequireProject(string project, string what)
{
    if (!FileExists(project))
    {
        throw new CakeException($"{what} is not part of this source tree yet ({project} is missing).");
    }
}

Task("native").Does(() =>
{
    var compiler = new[] { "cc", "gcc", "clang" }.FirstOrDefault(name => Context.Tools.Resolve(name) != null);
    if (compiler == null || Context.Tools.Resolve("cmake") == null)
    {
        var missing = compiler == null ? "C compiler" : "cmake";
        Console.WriteLine($"native: no {missing} found, so the C# fallback yardsticks are used (apt-get install gcc cmake).");
        return;
    }

    var output = MakeAbsolute(Directory("artifacts/native"));
    EnsureDirectoryExists("artifacts/native-build");
    try
    {
        BuildNative(MakeAbsolute(Directory("artifacts/native")));
    }
    catch (CakeException error)
    {
        // Half a toolchain (no make, no C headers) is worth a line, not the build: the C# yardsticks serve.
        Console.WriteLine($"native: the C yardsticks could not be built, so the C# ones are used. {error.Message}");
    }
});

void BuildNative(DirectoryPath output)
{
    RunSilently("cmake", $"-S native -B artifacts/native-build -DCMAKE_BUILD_TYPE=Release -DURMA_OUTPUT_DIRECTORY=\"{output}\"");
    RunSilently("cmake", "--build artifacts/native-build --parallel 2");
}

// Under the name that programs ask the loader for, and nowhere the loader looks by itself.
Task("exports").Does(() =>
{
    if (Context.Tools.Resolve("cc") == null || (Context.Tools.Resolve("clang") == null && Context.Tools.Resolve("gcc") == null))
    {
        Console.WriteLine("exports: no C compiler found, so the software UB device and the RoUB shim are not built (apt-get install gcc).");
        return;
    }

    Export(SoftwareUbProject, "the software UB device", "liburma.so", "liburma.so.0");
    if (FileExists(VerbsHeader) && FileExists(ConnectionHeader))
    {
        Export(RoubProject, "the RoUB shim", "liburma-roub.so", "liburma-roub.so");

        // For programs that look for the library by its name: the folder goes into LD_LIBRARY_PATH.
        var folder = MakeAbsolute(Directory("artifacts/native/roub"));
        EnsureDirectoryExists(folder);
        foreach (var name in new[] { "libibverbs.so.1", "librdmacm.so.1" })
        {
            var link = folder.CombineWithFilePath(name).FullPath;
            System.IO.File.Delete(link);
            System.IO.File.CreateSymbolicLink(link, "../liburma-roub.so");
        }
    }
    else
    {
        Console.WriteLine($"exports: {VerbsHeader} or {ConnectionHeader} not found, so the RoUB shim is not built (apt-get install libibverbs-dev librdmacm-dev).");
    }

    if (Context.Tools.Resolve("cmake") != null)
    {
        // The C programs of native/tests are linked with it, once it is there.
        EnsureDirectoryExists("artifacts/native-build");
        BuildNative(MakeAbsolute(Directory("artifacts/native")));
    }
});

void Export(string project, string what, string file, string name)
{
    var output = MakeAbsolute(Directory("artifacts/native"));
    var made = MakeAbsolute(Directory("artifacts/exports/out"));
    try
    {
        RunSilently("dotnet", $"publish {project} -c {Configuration} -m:2 -p:UrmaShip=true --artifacts-path \"{made.GetParent()}\" -o \"{made}\" --nologo -v quiet");
    }
    catch (CakeException error) when (IsPackageMissing(error))
    {
        // Its tests say so, too, and are skipped.
        Console.WriteLine($"exports: the ahead-of-time compiler's package cannot be had here, so {what} is not built. {error.Message}");
        return;
    }

    EnsureDirectoryExists(output);

    // By renaming: a process that uses the former file keeps it.
    var library = output.CombineWithFilePath(name).FullPath;
    System.IO.File.Copy(made.CombineWithFilePath(file).FullPath, library + ".new", overwrite: true);
    System.IO.File.Move(library + ".new", library, overwrite: true);
}

Task("build").IsDependentOn("exports").IsDependentOn("native").Does(() =>
{
    Dotnet($"build {Solution} -c {Configuration} -m:2 --nologo -v quiet -clp:ErrorsOnly");
    PublishTool();
});

// Only the tool and what it references, so that a newcomer's first command does not wait for the tests to compile.
Task("tool").IsDependentOn("native").Does(() => PublishTool());

// With machine code for this machine beside the intermediate language, or the compiler takes longer than a short command.
void PublishTool()
{
    if (!FileExists(ToolProject))
    {
        return;
    }

    string publish = $"publish {ToolProject} -c {Configuration} -m:2 --no-self-contained -o \"{tool.GetDirectory()}\" --nologo -v quiet -clp:ErrorsOnly";
    try
    {
        RunSilently("dotnet", $"{publish} -r {ThisRuntime()} -p:PublishReadyToRun=true");
    }
    catch (CakeException error) when (IsPackageMissing(error))
    {
        Console.WriteLine($"tool: the package microsoft.netcore.app.crossgen2 cannot be had here, so urma is compiled each time it starts. {error.Message}");
        Dotnet(publish);
    }
}

// The same command compiled ahead of time, which the comparison of start-ups measures beside it.
Task("tool-aot").WithCriteria(() => !toolArguments.Contains("--list")).Does(() =>
{
    if (Context.Tools.Resolve("clang") == null && Context.Tools.Resolve("gcc") == null)
    {
        Console.WriteLine("tool-aot: no C compiler found, so there is no urma that was compiled ahead of time (apt-get install gcc).");
        return;
    }

    try
    {
        RunSilently("dotnet", $"publish {ToolProject} -c {Configuration} -m:2 -r {ThisRuntime()} -p:UrmaToolAot=true --artifacts-path artifacts/tool-aot-build -o artifacts/urma-aot --nologo -v quiet");
    }
    catch (CakeException error)
    {
        // One row of the comparison needs it; the others do not wait for it.
        Console.WriteLine($"tool-aot: urma could not be compiled ahead of time here, so the suite goes on without it. {error.Message}");
    }
});

// Named rather than --use-current-runtime, which the referenced projects would hear of, too, and be built once more.
static string ThisRuntime() => $"linux-{(System.IO.Directory.GetFiles("/lib", "ld-musl-*").Length > 0 ? "musl-" : "")}{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

// NuGet does not know it, or the SDK knows that there is none for this processor.
static bool IsPackageMissing(CakeException error) => new[] { "NU1101", "NU1102", "NU1301", "NETSDK1082", "NETSDK1094" }.Any(error.Message.Contains);

Task("demo").IsDependentOn("tool").Does(() =>
{
    RequireProject(ToolProject, "The urma tool");
    Run(tool.FullPath, $"demo {toolArguments}");
});

// All zero without a report: what wrote none has crashed, which its exit code says.
(int Passed, int Failed, int Skipped) CountTests(FilePath report)
{
    if (!FileExists(report))
    {
        return default;
    }

    var counters = XDocument.Load(report.FullPath).Descendants().First(element => element.Name.LocalName == "Counters");
    int Count(string key) => (int)counters.Attribute(key);

    // Whatever ran and did not pass (failed, error, timeout, aborted) is a failure.
    return (Count("passed"), Count("executed") - Count("passed"), Count("total") - Count("executed"));
}

// The tests that failed, each with its message: what a reader of a long log looks for at its end.
IEnumerable<string> NameFailures(FilePath report)
{
    if (!FileExists(report))
    {
        return [];
    }

    return XDocument.Load(report.FullPath).Descendants()
        .Where(element => element.Name.LocalName == "UnitTestResult" && (string)element.Attribute("outcome") is not ("Passed" or "NotExecuted"))
        .Select(test => $"  {(string)test.Attribute("testName")}: {test.Descendants().FirstOrDefault(element => element.Name.LocalName == "Message")?.Value.Trim() ?? "no message"}");
}

Task("test").IsDependentOn("build").Does(() =>
{
    CleanDirectory(testResults);
    var complaints = new List<string>();
    int passed = 0, failed = 0, skipped = 0;
    // They run in the guest of rdma-test, unless this machine has a device; one filter is all that a run can have.
    var filter = GetDirectories("/sys/class/infiniband/*").Any() || toolArguments.Contains("--filter") ? "" : "--filter \"Needs!=Rdma&Needs!=RdmaPeer\"";

    foreach (var project in GetFiles("tests/**/*.csproj").Where(IsTestProject).OrderBy(path => path.FullPath))
    {
        RunTests(project, project.GetFilenameWithoutExtension().ToString(), filter, new Dictionary<string, string>());
    }

    // What the guest runs over soft-RoCE runs here over the RoUB shim, at full speed.
    var shim = MakeAbsolute(File("artifacts/native/liburma-roub.so"));
    if (FileExists(shim) && !toolArguments.Contains("--filter"))
    {
        var device = new Dictionary<string, string> { ["URMA_LIBIBVERBS"] = shim.FullPath, ["URMA_TEST_VERBS_DEVICE"] = "urma0" };
        RunTests("tests/Urma.Net.Verbs.Tests/Urma.Net.Verbs.Tests.csproj", "Urma.Net.Verbs.Tests.OverShim", "--filter Needs=Rdma", device);
    }

    if (toolArguments == "")
    {
        RunPageTests();
    }

    // The comparison page: node's test runner counts, 77 says that not everything could be tested here.
    void RunPageTests()
    {
        int exitCode = StartProcess("benchmarks/page/test.sh", new ProcessSettings { RedirectStandardOutput = true }, out var printed);
        var output = printed.ToList();
        int Count(string what) => output
            .Select(line => System.Text.RegularExpressions.Regex.Match(line, $"^(?:#|\u2139) {what} (\\d+)$"))
            .Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value));
        int failedHere = exitCode is 0 or NotHere ? Count("fail") : Math.Max(1, Count("fail"));
        (passed, failed, skipped) = (passed + Count("pass"), failed + failedHere, skipped + Count("skipped") + (exitCode == NotHere ? 1 : 0));
        Console.WriteLine($"Comparison page: {Count("pass")} passed, {failedHere} failed{(exitCode == NotHere ? ", the rest not run" : "")}");
        if (failedHere > 0)
        {
            Console.WriteLine(string.Join("\n", output));
            complaints.Add($"benchmarks/page/test.sh ended with exit code {exitCode}");
        }
    }

    void RunTests(FilePath project, string name, string filter, IDictionary<string, string> environment)
    {
        var report = testResults.CombineWithFilePath($"{name}.trx");
        int exitCode = StartProcess("dotnet", new ProcessSettings
        {
            Arguments = $"test \"{project}\" -c {Configuration} --no-build --nologo -v quiet --results-directory \"{testResults}\" " +
                $"--logger \"trx;LogFileName={name}.trx\" --logger \"console;verbosity=minimal\" --blame-hang-timeout {HangTimeout} --blame-hang-dump-type none {filter} {toolArguments}",
            EnvironmentVariables = environment,
        });

        var counts = CountTests(report);
        int ran = counts.Passed + counts.Failed, failedHere = counts.Failed;
        passed += counts.Passed;
        skipped += counts.Skipped;

        // A run that crashed or hung reports only what finished before: it must not read as if nothing had failed.
        failed += exitCode != 0 ? Math.Max(failedHere, 1) : failedHere;
        if (exitCode != 0)
        {
            complaints.Add(string.Join("\n", NameFailures(report).Prepend($"{name} ended with exit code {exitCode}")));
        }

        // With a filter among the arguments a project may rightly have nothing to run.
        if (ran == 0 && toolArguments == "")
        {
            complaints.Add($"{name} ran no test");
        }
    }

    System.IO.File.WriteAllText(
        testResults.CombineWithFilePath("summary.txt").FullPath, $"{passed} passed, {failed} failed, {skipped} skipped\n");
    if (complaints.Count > 0 || failed > 0 || passed == 0)
    {
        throw new CakeException("Tests did not pass:\n" + string.Join("\n", complaints.DefaultIfEmpty("no test ran")));
    }
});

// Every operation on every type, reduction, size, place and number of ranks, and blocks of more than 2 GiB: an hour rather than minutes.
Task("test-full").IsDependentOn("build").Does(() =>
{
    int exitCode = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = $"test tests/Urma.Net.Collectives.Tests -c {Configuration} --no-build --nologo --filter FullyQualifiedName~Tests.Matrix. " +
            $"--logger \"console;verbosity=normal\" {toolArguments}",
        EnvironmentVariables = new Dictionary<string, string> { ["URMA_TEST_FULL"] = "1" },
    });
    if (exitCode != 0)
    {
        throw new CakeException($"The full matrix did not pass (exit code {exitCode}).");
    }
});

// What needs an RDMA device runs in a guest that has one. 77 is how the guest's scripts say that there can be none here.
Task("rdma-test").IsDependentOn("build").Does(() =>
{
    var results = MakeAbsolute(Directory("artifacts/rdma/results"));
    CleanDirectory(results);
    int exitCode = StartProcess("tests/Rdma/test", new ProcessSettings { Arguments = $"\"{results}\"" });

    int passed = 0, failed = 0, skipped = 0;
    foreach (var report in GetFiles($"{results}/*.trx"))
    {
        var counts = CountTests(report);
        (passed, failed, skipped) = (passed + counts.Passed, failed + counts.Failed, skipped + counts.Skipped);
    }

    // What is no .NET test writes a line for each: "passed", "failed" or "skipped", then the name.
    foreach (var line in GetFiles($"{results}/*.tsv").SelectMany(file => System.IO.File.ReadLines(file.FullPath)))
    {
        switch (line.Split('\t')[0])
        {
            case "passed": passed++; break;
            case "skipped": skipped++; break;
            default: failed++; break;
        }
    }

    failed = exitCode is 0 or NotHere ? failed : Math.Max(failed, 1);

    EnsureDirectoryExists(testResults);
    System.IO.File.WriteAllText(
        testResults.CombineWithFilePath("summary.txt").FullPath, $"{passed} passed, {failed} failed, {skipped} skipped\n");
    if (exitCode == NotHere)
    {
        // Cake itself ends with 1 whatever happened; build.sh reads this.
        System.IO.File.WriteAllText(testResults.CombineWithFilePath("exit-code.txt").FullPath, $"{NotHere}\n");
        throw new CakeException("No test ran on RDMA: see the line RDMA GUEST NOT RUN.");
    }

    if (exitCode != 0 || failed > 0 || passed == 0)
    {
        throw new CakeException(string.Join("\n", GetFiles($"{results}/*.trx").SelectMany(NameFailures).Prepend($"RDMA tests did not pass (exit code {exitCode}).")));
    }
});

// The same C program over soft-RoCE and over the shim, and the provider beside it, in one guest.
Task("rdma-compare").IsDependentOn("tool").IsDependentOn("exports").Does(() =>
    Run("tests/Rdma/guest", $"--limit 900 -- tests/Rdma/compare {toolArguments}"));

// The page of docs: soft-RoCE in the guest first, whose numbers then stand beside those of the shim on this machine.
Task("certify").IsDependentOn("tool").IsDependentOn("exports").Does(() =>
{
    var results = MakeAbsolute(Directory("artifacts/certification"));
    CleanDirectory(results);
    int exitCode = StartProcess("tests/Rdma/guest", new ProcessSettings { Arguments = $"--limit 900 --results \"{results}\" -- tests/Rdma/run-programs" });
    var guest = results.CombineWithFilePath("programs-one.json");
    Run(tool.FullPath, $"certify --provider shim --provider ub --out docs/certification.md --logs \"{results}\" " + (FileExists(guest) ? $"--merge \"{guest}\" " : "") + toolArguments);
    if (exitCode != 0)
    {
        throw new CakeException($"In the guest it ended with exit code {exitCode}.");
    }
});

bool IsTestProject(FilePath project) =>
    System.IO.File.ReadAllText(project.FullPath).Contains("Include=\"Microsoft.NET.Test.Sdk\"");

Task("bench").IsDependentOn("native").Does(() =>
{
    var arguments = toolArguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    if (!arguments.Contains("--aot"))
    {
        Dotnet($"run --project {BenchmarkProject} -c {Configuration} -- --artifacts artifacts/benchmarks {toolArguments}");
        return;
    }

    // Beside the exports, which compile the same library for the same framework.
    var output = MakeAbsolute(Directory("artifacts/benchmarks-aot"));
    Dotnet($"publish {AotBenchmarkProject} -c {Configuration} -m:2 --use-current-runtime -p:UrmaShip=true --artifacts-path artifacts/exports -o \"{output}\" --nologo -v quiet");
    Dotnet($"run --project {BenchmarkProject} -c {Configuration} -- aot \"{output.CombineWithFilePath("Urma.Net.Benchmarks")}\" " +
        string.Join(' ', arguments.Where(argument => argument != "--aot")));
});

// Not a test: it measures times, if only their ratios, and takes minutes.
Task("bench-check").IsDependentOn("tool").Does(() =>
{
    const int NotJudged = 77;
    int exitCode = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = $"run --project {BenchmarkProject} -c {Configuration} -- check --urma \"{tool}\" {toolArguments}",
    });
    if (exitCode == NotJudged)
    {
        EnsureDirectoryExists(testResults);
        System.IO.File.WriteAllText(testResults.CombineWithFilePath("exit-code.txt").FullPath, $"{NotJudged}\n");
    }

    if (exitCode != 0)
    {
        throw new CakeException(exitCode == NotJudged ? "Nothing was judged: see the line BENCH CHECK NOT JUDGED." : "bench-check found a loss, or could not measure.");
    }
});

Task("suite").Does(() => Dotnet($"publish {SuiteProject} -c {Configuration} -m:2 --no-self-contained -o \"{suite.GetDirectory()}\" --nologo -v quiet -clp:ErrorsOnly"));

// Before the C programs are built: those that stand beside Open MPI need its headers.
Task("peers").IsDependentOn("suite").WithCriteria(() => !toolArguments.Contains("--list")).Does(() => Run(suite.FullPath, "--install"));

Task("compare").IsDependentOn("peers").IsDependentOn("tool").IsDependentOn("tool-aot").IsDependentOn("exports").Does(() =>
{
    const string ReadmeOption = "--readme";
    var words = toolArguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
    bool readme = words.Remove(ReadmeOption);
    int output = words.IndexOf("--output");
    var folder = output >= 0 && output + 1 < words.Count ? words[output + 1] : "artifacts/compare";

    // What could not be measured is an error, but what could be measured is shown.
    int exitCode = StartProcess(suite, new ProcessSettings { Arguments = $"--tool artifacts/urma/urma --tool-aot artifacts/urma-aot/urma --native artifacts/native {string.Join(' ', words)}" });
    if (words.Contains("--list") || !FileExists($"{folder}/results.json"))
    {
        return;
    }

    if (Context.Tools.Resolve("node") == null || Context.Tools.Resolve("npm") == null)
    {
        Console.WriteLine("compare: no Node.js with npm found, so no page was made of the results (apt-get install nodejs npm).");
    }
    else
    {
        Run("node", $"benchmarks/page/make.mjs {folder}/results.json {folder}/index.html");
        if (readme)
        {
            Run("node", $"benchmarks/page/make.mjs {folder}/results.json {ReadmeOption} README.md");
        }
    }

    if (exitCode != 0)
    {
        throw new CakeException("Something went wrong while it was measured: see the failures above and in results.json.");
    }
});

// What counting and timing cost: the same tests by two builds of the tool in turns, with them and with them left out.
Task("observability-cost").IsDependentOn("native").Does(() =>
{
    var tools = new[] { "true", "false" }.Select(isOn =>
    {
        var folder = MakeAbsolute(Directory($"artifacts/observability/{isOn}"));
        Dotnet($"build {ToolProject} -c {Configuration} -m:1 -p:UrmaObservability={isOn} --artifacts-path \"{folder}\" --nologo -v quiet -clp:ErrorsOnly");
        return folder.CombineWithFilePath("bin/Urma.Tool/release/urma").FullPath;
    }).ToArray();
    int rounds = toolArguments.Length == 0 ? 10 : int.Parse(toolArguments);
    CompareTurns("send_lat", "time of a message", tools, rounds, static result => result.GetProperty("lat_ns").GetProperty("sampled_p50").GetDouble());
    CompareTurns("send_bw", "time between messages", tools, rounds, static result => 1e3 / result.GetProperty("msg_rate_M").GetDouble());
});

// Ratios are formed inside a round (with, without, without, with), so that what disturbs a whole round cancels out.
void CompareTurns(string test, string what, string[] tools, int rounds, Func<System.Text.Json.JsonElement, double> read)
{
    List<double> ratios = [], with = [], without = [];
    for (int i = 0; i < rounds; i++)
    {
        double[] times = new[] { 0, 1, 1, 0 }.Select(t => read(Measure(tools[t], $"perftest {test} -s 8 --json -"))).ToArray();
        with.Add((times[0] + times[3]) / 2);
        without.Add((times[1] + times[2]) / 2);
        ratios.Add(with[^1] / without[^1]);
    }

    Console.WriteLine(System.FormattableString.Invariant(
        $"{test}, {what}: with {Median(with, 0.5):f1} ns, without {Median(without, 0.5):f1} ns, ratio {Median(ratios, 0.5):f3} ({Median(ratios, 0.1):f3} to {Median(ratios, 0.9):f3} in {rounds} rounds)"));
}

double Median(List<double> values, double rank) => values.Order().ElementAt((int)Math.Round((values.Count - 1) * rank));

System.Text.Json.JsonElement Measure(string program, string arguments)
{
    int exitCode = StartProcess(program, new ProcessSettings { Arguments = arguments, RedirectStandardOutput = true }, out var output);
    if (exitCode != 0)
    {
        throw new CakeException($"'{program} {arguments}' ended with exit code {exitCode}.");
    }

    return System.Text.Json.JsonDocument.Parse(string.Join("\n", output)).RootElement;
}

// Every folder with a response file is a binding. The generator itself says what to install when there is no clang.
Task("generate").Does(() =>
{
    Dotnet($"build {GeneratorProject} -c {Configuration} --nologo -v quiet -clp:ErrorsOnly");
    foreach (var response in GetFiles("{interop,tests}/**/generate.rsp").OrderBy(path => path.FullPath))
    {
        if (response.GetDirectory().GetDirectoryName() == "arm64" && !FileExists($"{Arm64Headers}/stdio.h"))
        {
            Console.WriteLine($"NOT GENERATED: {response} needs {Arm64Headers} (apt-get install libc6-dev-arm64-cross).");
            continue;
        }

        Dotnet($"run --project {GeneratorProject} -c {Configuration} --no-build -- @{response} {toolArguments}");
    }
});

// From sources, not from the daily build's output: what ships has more target frameworks and no machine's paths in it.
Task("pack").IsDependentOn("exports").Does(() =>
{
    CleanDirectory(packages);
    foreach (var project in GetFiles("{src,native}/**/*.csproj").Where(IsPackable).OrderBy(path => path.FullPath))
    {
        Dotnet($"pack \"{project}\" -c {Configuration} -m:2 -p:UrmaShip=true --artifacts-path \"{shipping}\" -o \"{packages}\" " +
            $"--nologo -v quiet {toolArguments}");
    }

    var made = GetFiles($"{packages}/*.nupkg");
    if (made.Count == 0)
    {
        throw new CakeException("No project is packable: set IsPackable in the projects that ship.");
    }

    foreach (var package in made.Concat(GetFiles($"{packages}/*.tar.gz")))
    {
        Console.WriteLine($"packed {package.GetFilename()}");
    }
});

bool IsPackable(FilePath project) =>
    System.IO.File.ReadAllText(project.FullPath).Contains("<IsPackable>true</IsPackable>");

Task("clean").Does(() =>
{
    CleanDirectories("{src,tests,samples,benchmarks,interop}/**/{bin,obj}");
    CleanDirectory("artifacts");
});

RunTarget(target);
