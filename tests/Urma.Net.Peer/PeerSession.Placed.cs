namespace Urma.Net.Peer;

/// <content>Verbs of placed memory.</content>
internal sealed partial class PeerSession
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private PlacedMemory? _placed;
    private PlacedRecords? _worker;

    private string JoinPlaced(Command command)
    {
        _placed = PlacedMemory.Join(Context, command.Text("name"), Patience, new PlacedMemoryOptions { AccessTimeout = Patience });
        return Ok($"length={_placed.Length}");
    }

    private string CreatePlaced(Command command)
    {
        _placed = PlacedMemory.Create(
            Context, command.Text("name"), _segments[command.Text("segment")], new PlacedMemoryOptions { GranuleLength = command.Int("granule") });
        return "ok";
    }

    /// <summary>Reads, or writes as one of several writers, until stopped.</summary>
    private string WorkOnPlaced(Command command)
    {
        _worker = new PlacedRecords(_placed!, command.Int("writer", -1), command.Int("writers", 1));
        return "ok";
    }

    private string StopPlaced()
    {
        PlacedRecords worker = _worker!;
        worker.Dispose();
        return Ok($"operations={worker.Operations} torn={worker.Torn} stale={worker.Stale} failed={worker.Failed} last={worker.Last}");
    }

    private string WritePlaced(Command command)
    {
        byte[] bytes = new byte[command.Int("length")];
        Array.Fill(bytes, (byte)command.Int("value"));
        return Ok($"status={_placed!.TryWrite(command.Number("offset"), bytes)}");
    }

    private string MovePlaced(Command command)
    {
        MigrationResult result = _placed!.MigrateAsync(SegmentDescriptor.Read(command.Bytes("descriptor")), command.Token("token")).Result;
        return Ok($"status={result.Status} pause={(long)result.Pause.TotalNanoseconds} copied={result.BytesCopied}");
    }
}
