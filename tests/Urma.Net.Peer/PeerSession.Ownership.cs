using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Peer;

/// <content>Verbs of ownership.</content>
internal sealed partial class PeerSession
{
    private readonly Dictionary<string, ManualResetEventSlim> _heldScopes = [];
    private OwnershipDomain? _domain;

    private string ExecuteOwnership(Command command) => command.Verb switch
    {
        "own-create" => CreateDomain(command),
        "own-join" => JoinDomain(command),
        "own-leave" => LeaveDomain(),
        "own-make" => Ok($"length={_domain!.CreateRegion(command.Text("region"), command.Number("length")).Length}"),
        "own-set" => SetOwnership(command),
        "own-hold" => HoldScope(command),
        "own-release" => ReleaseScope(command),
        "own-read" => ReadOwned(command),
        "own-churn" => Ok($"{OwnershipChurn.Run(_domain!.OpenRegion(command.Text("region")), command.Int("rounds"), command.Int("seed"), command.Int("id"), CancellationToken.None)}"),
        "own-litmus" => Ok($"{OwnershipLitmus.Run(_domain!.OpenRegion(command.Text("region")), command.Int("rounds"), command.Text("role") == "write")}"),
        "own-hand-over" => HandOver(command),
        "own-compete" => Compete(command),
        "own-raw-store" => StoreRaw(command),
        "own-counters" => Ok($"rounds={_domain!.GetCounters().Rounds} switches={_domain.GetCounters().Switches} reclaimed={_domain.GetCounters().Reclaimed} timeouts={_domain.GetCounters().Timeouts}"),
        _ => throw new ArgumentException($"There is no verb '{command.Verb}'."),
    };

    private string HandOver(Command command)
    {
        OwnershipHandOver.Run(_domain!.OpenRegion(command.Text("region")), command.Int("turns"), writes: false);
        return Ok($"turns={command.Int("turns")}");
    }

    private string CreateDomain(Command command)
    {
        _domain = OwnershipDomain.Create(Context, command.Text("name"), new OwnershipDomainOptions
        {
            GranuleSize = command.Int("granule", 4096),
            Enforcement = command.Has("pages") ? OwnershipEnforcement.PageProtection : OwnershipEnforcement.Checked,
        });
        return Ok($"token={_domain.Token.Value}");
    }

    private string JoinDomain(Command command)
    {
        _domain = OwnershipDomain.Join(Context, command.Text("name"), command.Token("token"), TimeSpan.FromMilliseconds(command.Int("timeout", 30_000)));
        return "ok";
    }

    private string LeaveDomain()
    {
        _domain!.Dispose();
        return "ok";
    }

    // ranges=offset:length:w,…
    private string SetOwnership(Command command)
    {
        SharedRegion region = _domain!.OpenRegion(command.Text("region"));
        OwnershipChange[] changes = [.. command.Text("ranges").Split(',').Select(range =>
        {
            string[] parts = range.Split(':');
            Ownership wanted = parts[2] switch { "w" => Ownership.Write, "r" => Ownership.Read, _ => Ownership.None };
            return new OwnershipChange(region, long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), wanted);
        })];
        int granted = _domain.SetOwnership(changes, new OwnershipResult[changes.Length], new SetOwnershipOptions { PerItem = command.Has("per-item") });
        return Ok($"granted={granted}");
    }

    /// <summary>Keeps a scope open on a thread of its own, after filling it when it is for writing.</summary>
    private string HoldScope(Command command)
    {
        SharedRegion region = _domain!.OpenRegion(command.Text("region"));
        var release = new ManualResetEventSlim();
        _heldScopes[command.Text("id")] = release;
        var holder = new Thread(() =>
        {
            try
            {
                long offset = command.Number("offset", 0), length = command.Number("length");
                using OwnershipScope scope = command.Has("read") ? region.AcquireRead(offset, length) : region.AcquireWrite(offset, length);
                if (scope.IsWritable)
                {
                    scope.Bytes.Fill((byte)command.Int("value", 1));
                }

                raise($"held id={command.Text("id")}");
                release.Wait();
            }
            catch (UrmaException error)
            {
                raise($"lost-scope id={command.Text("id")} status={error.Status} {error.Message}");
            }

            raise($"released id={command.Text("id")}");
        })
        { IsBackground = true };
        holder.Start();
        return "ok";
    }

    private string ReleaseScope(Command command)
    {
        _heldScopes[command.Text("id")].Set();
        return "ok";
    }

    private string ReadOwned(Command command)
    {
        SharedRegion region = _domain!.OpenRegion(command.Text("region"));
        using OwnershipScope scope = region.AcquireRead(command.Number("offset", 0), command.Number("length"));
        byte first = scope.ReadOnlyBytes[0];
        return Ok($"first={first} same={scope.ReadOnlyBytes.IndexOfAnyExcept(first) < 0}");
    }

    /// <summary>Takes the same granule as often as it can for a while, and counts how often it got it.</summary>
    private string Compete(Command command)
    {
        SharedRegion region = _domain!.OpenRegion(command.Text("region"));
        long end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * command.Int("ms") / 1000);
        long got = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            using OwnershipScope scope = region.AcquireWrite(0, 8);
            Thread.SpinWait(command.Int("spin", 500));
            got++;
        }

        return Ok($"got={got}");
    }

    /// <summary>Stores past every check of the library: only the processor can refuse.</summary>
    private unsafe string StoreRaw(Command command)
    {
        SharedRegion region = _domain!.OpenRegion(command.Text("region"));
        *(byte*)(region.Address + (nint)command.Number("offset", 0)) = (byte)command.Int("value");
        return "ok";
    }
}
