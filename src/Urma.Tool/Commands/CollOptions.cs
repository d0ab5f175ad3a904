using System.CommandLine;
using System.Globalization;
using Urma.Net.Collectives;
using Urma.Net.Measurement;
using Urma.Net.Tool.Coll;

namespace Urma.Net.Tool.Commands;

/// <summary>The options of <c>urma coll</c>. Letters and defaults are nccl-tests'.</summary>
internal sealed class CollOptions
{
    private const string DefaultSize = "32M";
    private const string Mpi = "mpi";

    private readonly Argument<string> _operation = new("op") { Description = "What to measure" };
    private readonly Option<string> _min = new("-b", "--minbytes") { Description = "Smallest size; K, M and G may follow", DefaultValueFactory = _ => DefaultSize };
    private readonly Option<string?> _max = new("-e", "--maxbytes") { Description = "Greatest size; the smallest by default" };
    private readonly Option<string> _step = new("-i", "--stepbytes") { Description = "Bytes from one size to the next", DefaultValueFactory = _ => "1M" };
    private readonly Option<long> _factor = new("-f", "--stepfactor") { Description = "Factor from one size to the next, in place of -i", DefaultValueFactory = _ => 1 };
    private readonly Option<long> _iterations = new("-n", "--iters") { Description = "Operations timed for each size; 0 for as many as take a tenth of a second", DefaultValueFactory = _ => 0 };
    private readonly Option<long> _warmUp = new("-w", "--warmup_iters") { Description = "Operations before, behind those that warm the compiler up", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _check = new("-c", "--check") { Description = "Compare the data of every result: 0 or 1", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _reduction = new("-o", "--op") { Description = "sum prod max min avg mulsum, or all", DefaultValueFactory = _ => "sum" };
    private readonly Option<string> _type = new("-d", "--datatype") { Description = "int8 uint8 int32 uint32 int64 uint64 half float double bfloat16 f8e4m3 f8e5m2, or all", DefaultValueFactory = _ => "float" };
    private readonly Option<string> _root = new("-r", "--root") { Description = "The root's rank, or all (-1)", DefaultValueFactory = _ => "0" };
    private readonly Option<int> _blocking = new("-z", "--blocking") { Description = "1: a barrier behind each operation; 2: none (operations always block)", DefaultValueFactory = _ => 0 };
    private readonly Option<int?> _ranks = new("-g", "--ranks") { Description = "Ranks to start; as many as there are processors by default, at least 2; a launcher's number under mpirun, srun, torchrun or urma launch" };
    private readonly Option<bool> _threads = new("--threads") { Description = "Ranks are threads of one process" };
    private readonly Option<string> _device = new("--device", "--provider") { Description = "Connection string of the device to use", DefaultValueFactory = _ => "loopback://fabric" };
    private readonly Option<bool> _unregistered = new("--unregistered") { Description = "Buffers that the other ranks cannot reach into" };
    private readonly Option<bool> _rotate = new("--rotate") { Description = "Take many buffers in turn, so that none is in a cache when its turn comes" };
    private readonly Option<bool> _noPin = new("--no-pin") { Description = "Do not bind ranks to processors" };
    private readonly Option<string?> _json = new("-J", "--json") { Description = "Write a JSON file, too; '-' for standard output in place of the table" };
    private readonly Option<string?> _compare = new("--compare") { Description = "Take turns with Open MPI: mpi" };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Turns for each size with --compare", DefaultValueFactory = _ => 15 };
    private readonly Option<long> _damage = new("--damage") { Description = "Elements to damage before results are compared", Hidden = true };
    private readonly Option<string?> _seat = new(CollRanks.SeatOption) { Hidden = true };

    public CollOptions()
    {
        _operation.AcceptOnlyFromAmong([.. CollNames.Operations.Select(CollNames.Of)]);
        _compare.AcceptOnlyFromAmong(Mpi);
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_operation);
        Option[] all =
        [
            _min, _max, _step, _factor, _iterations, _warmUp, _check, _reduction, _type, _root, _blocking, _ranks, _threads, _device, _unregistered,
            _rotate, _noPin, _json, _compare, _rounds, _damage, _seat,
        ];
        Array.ForEach(all, command.Options.Add);
    }

    /// <summary>Reads the command line and the environment.</summary>
    /// <returns>What to do, and which rank this process is; null where it has to start the ranks.</returns>
    public (CollRequest Request, CollSeat? Seat) Read(ParseResult parsed)
    {
        CollSeat? seat = Seat(parsed);
        int ranks = seat?.Size ?? parsed.GetValue(_ranks) ?? Math.Max(2, CpuPinning.GetAllowedProcessors().Length);
        Require(ranks is >= 1 and <= Communicator.MaxRanksPerHost, $"-g {ranks}: give 1 to {Communicator.MaxRanksPerHost} ranks.");
        long min = Bytes(_min.Name, parsed.GetValue(_min)!), max = parsed.GetValue(_max) is { } given ? Bytes(_max.Name, given) : min;
        var request = new CollRequest
        {
            Operation = CollNames.Operations.First(operation => CollNames.Of(operation) == parsed.GetValue(_operation)),
            MinBytes = min,
            MaxBytes = max,
            StepBytes = Bytes(_step.Name, parsed.GetValue(_step)!),
            StepFactor = parsed.GetValue(_factor),
            Iterations = parsed.GetValue(_iterations),
            WarmUp = parsed.GetValue(_warmUp),
            Check = parsed.GetValue(_check) != 0,
            Types = CollNames.Types(parsed.GetValue(_type)!),
            Reductions = CollNames.Reductions(parsed.GetValue(_reduction)!),
            Root = Root(parsed.GetValue(_root)!, ranks),
            Barriers = parsed.GetValue(_blocking) == 1,
            Device = parsed.GetValue(_device)!,
            Ranks = ranks,
            Threads = parsed.GetValue(_threads),
            Registered = !parsed.GetValue(_unregistered),
            Rotate = parsed.GetValue(_rotate),
            Pin = !parsed.GetValue(_noPin),
            Json = parsed.GetValue(_json),
            WithMpi = parsed.GetValue(_compare) is not null,
            Rounds = parsed.GetValue(_rounds),
            Damage = parsed.GetValue(_damage),
        };
        Validate(request, isLaunched: seat is not null && parsed.GetValue(_seat) is null);
        return (request.Operation == CollOperation.Barrier ? request with { Types = [DataType.Int8] } : request, seat);
    }

    private static void Validate(CollRequest request, bool isLaunched)
    {
        Require(request.MinBytes <= request.MaxBytes, $"-b {request.MinBytes} is more than -e {request.MaxBytes}.");
        Require(request.StepFactor >= 1, $"-f {request.StepFactor}: give at least 1.");
        Require(request.StepFactor > 1 || request.StepBytes > 0 || request.MinBytes == request.MaxBytes, "-i 0 never comes to -e: give more, or -f.");
        Require(request.Iterations >= 0 && request.WarmUp >= 0, "-n and -w cannot be negative.");
        Require(request.Rounds >= 1, "--rounds must be at least 1.");
        Require(!(request.Threads && isLaunched), "--threads makes all ranks in one process, but a launcher has started one process for each rank: leave one of them out.");
        if (request.WithMpi)
        {
            Require(!isLaunched, "--compare mpi starts both kinds of ranks itself: run it without a launcher.");
            Require(!request.Barriers, "--compare mpi times operations that follow each other: leave out -z 1.");
            Require(Array.TrueForAll(request.Types, MpiProcess.Knows), "MPI has no half, bfloat16 or fp8 elements: choose another -d with --compare mpi.");
            Require(
                !CollShape.HasReduction(request.Operation) || Array.TrueForAll(request.Reductions, MpiProcess.Knows),
                "MPI has neither avg nor mulsum: choose another -o with --compare mpi.");
        }
    }

    private CollSeat? Seat(ParseResult parsed)
    {
        if (parsed.GetValue(_seat) is { } text)
        {
            return CollSeat.Parse(text);
        }

        if (!RankEnvironment.TryDetect(out RankInfo? info))
        {
            return null;
        }

        int? wanted = parsed.GetValue(_ranks);
        if (info.Size == 1 && wanted is > 1)
        {
            // A shell inside of an allocation looks like a run of one rank.
            return null;
        }

        return wanted is null || wanted == info.Size
            ? new CollSeat(info.Rank, info.Size, Math.Max(0, info.LocalRank), info.Id)
            : throw new ToolException($"-g {wanted} contradicts {info.Launcher}, which has started {info.Size} ranks: leave out -g.");
    }

    private static int Root(string text, int ranks) =>
        text is CollNames.All or "-1" ? -1
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int root) && root < ranks ? root
        : throw new ToolException($"-r {text}: give a rank from 0 to {ranks - 1}, or {CollNames.All}.");

    private static long Bytes(string option, string text)
    {
        const string Suffixes = "KMG";
        int power = text.Length == 0 ? 0 : Suffixes.IndexOf(text[^1], StringComparison.OrdinalIgnoreCase) + 1;
        return long.TryParse(text.AsSpan(0, text.Length - (power > 0 ? 1 : 0)), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number <= long.MaxValue >> (10 * power) >> 8
            ? number << (10 * power)
            : throw new ToolException($"{option} {text}: give bytes, such as 64, 16K, 1M or 2G.");
    }

    private static void Require(bool condition, string complaint)
    {
        if (!condition)
        {
            throw new ToolException(complaint);
        }
    }
}
