namespace Urma.Net.Peer;

/// <content>Verbs of borrowed memory.</content>
internal sealed partial class PeerSession
{
    private BorrowPool? _pool;
    private BorrowedMemory? _borrowed;

    private string CreatePool(Command command)
    {
        _pool = BorrowPool.Create(Context, command.Text("name"));
        return "ok";
    }

    private string JoinPool(Command command)
    {
        _pool = BorrowPool.Join(Context, command.Text("name"), Patience, new BorrowPolicy
        {
            OwnMemory = command.Number("own", 1L << 40),
            TriggerFreeRatio = 1,
        });
        return "ok";
    }

    private string OfferMemory(Command command)
    {
        MemoryOffer offer = _pool!.Offer(command.Number("length"));
        return Ok($"address={offer.Address}");
    }

    private string BorrowMemory(Command command)
    {
        try
        {
            _borrowed = _pool!.BorrowAsync(command.Number("length"), command.Text("tenant", string.Empty)).GetAwaiter().GetResult();
        }
        catch (BorrowRefusedException error)
        {
            return Ok($"refusal={error.Refusal}");
        }

        BorrowedMemory borrowed = _borrowed;
        borrowed.ReclaimRequested += (_, _) => raise("asked");
        borrowed.Ended += (_, _) => raise($"ended status={borrowed.Status}");
        byte[] bytes = new byte[borrowed.Length];
        Context.Global.Xcopy(bytes, borrowed.Address);
        return Ok($"refusal=- length={borrowed.Length} clean={(bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? 1 : 0)}");
    }

    private string ReturnMemory()
    {
        _borrowed!.Dispose();
        return "ok";
    }

    /// <summary>Copies all over the borrowed memory without end; says once how the copy ended that did not succeed.</summary>
    private string HammerBorrowed()
    {
        BorrowedMemory borrowed = _borrowed!;
        byte[] bytes = new byte[borrowed.Length];
        Array.Fill(bytes, (byte)0xee);
        var ended = new ManualResetEventSlim();
        borrowed.Ended += (_, _) => ended.Set();
        new Thread(() =>
        {
            raise("hammering");
            GlobalMemoryStatus status;
            do
            {
                status = Context.Global.TryXcopy(borrowed.Address, bytes);
            }
            while (status == GlobalMemoryStatus.Success);

            // It goes on trying: nothing of it may arrive any more.
            for (int i = 0; i < 100; i++)
            {
                _ = Context.Global.TryXcopy(borrowed.Address, bytes);
            }

            raise($"hammered status={status} ended={(ended.Wait(Patience) ? borrowed.Status : GlobalMemoryStatus.Success)}");
        })
        { IsBackground = true }.Start();
        return "ok";
    }
}
