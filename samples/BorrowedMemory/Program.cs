// Borrowed memory: one process has memory to spare, the other needs more than it has, and the first wants it back.
//
//   dotnet run --project samples/BorrowedMemory
using Urma.Net;
using Urma.Net.Samples;

const int Pages = 64;
const int PageLength = 64 << 10;
TimeSpan patience = TimeSpan.FromSeconds(20);

return args.Length == 0 ? await Lender() : await Borrower(args[0]);

async Task<int> Lender()
{
    using UrmaContext context = UrmaContext.Open("loopback://samples", new UrmaContextOptions { Label = "lender" });
    string name = $"borrowed-memory-{Environment.ProcessId}";
    using BorrowPool pool = BorrowPool.Create(context, name);
    using MemoryOffer offer = pool.Offer(Pages * PageLength);
    Console.WriteLine($"lender offers {offer.Length >> 10} KiB at {offer.Address}");
    using OtherEnd borrower = OtherEnd.Start(name);

    // It is lent, given back when asked, and lent once more; the second time the borrower does not listen.
    if (!await Until(() => offer.IsLent))
    {
        return Fail("nobody borrowed");
    }

    await Task.Delay(200);
    ReclaimResult first = await offer.ReclaimAsync(patience);
    Console.WriteLine($"lender asked for it: {first}");
    if (!await Until(() => offer.IsLent))
    {
        return Fail("nobody borrowed again");
    }

    await Task.Delay(200);
    ReclaimResult second = await offer.ReclaimAsync(TimeSpan.FromMilliseconds(100));
    Console.WriteLine($"lender asked again, and waited 100 ms: {second}");
    return borrower.Succeeded() && first == ReclaimResult.Returned && second == ReclaimResult.Revoked ? 0 : Fail("it went otherwise");
}

async Task<int> Borrower(string name)
{
    using UrmaContext context = UrmaContext.Open("loopback://samples", new UrmaContextOptions { Label = "borrower" });

    // A machine that always has too little. Without the first two lines the real numbers decide.
    var policy = new BorrowPolicy { OwnMemory = 1L << 30, FreeMemory = () => 0, RatioCap = 0.25 };
    using BorrowPool pool = BorrowPool.Join(context, name, patience, policy);
    var asked = new TaskCompletionSource();
    using (BorrowedMemory polite = await pool.BorrowAsync(Pages * PageLength, "tenant-a", patience))
    {
        polite.ReclaimRequested += (_, _) => asked.TrySetResult();
        FillAndCheck(context, polite);
        await asked.Task.WaitAsync(patience);
    }

    // The same memory again: cleared, and with a new token, so that nothing of the first lease is left.
    using BorrowedMemory rude = await pool.BorrowAsync(Pages * PageLength, "tenant-b", patience);
    FillAndCheck(context, rude);
    GlobalMemoryStatus status = GlobalMemoryStatus.Success;
    byte[] page = new byte[PageLength];
    await Until(() => (status = context.Global.TryXcopy(rude.Address, page)) != GlobalMemoryStatus.Success);
    Console.WriteLine($"borrower copied until it was taken away: {status}");
    return status == GlobalMemoryStatus.Revoked ? 0 : Fail("the copies went on");
}

static void FillAndCheck(UrmaContext context, BorrowedMemory memory)
{
    // A copy to borrowed memory is a copy to an address. Nothing is registered, posted or polled.
    byte[] page = new byte[PageLength];
    for (int i = 0; i < Pages; i++)
    {
        Array.Fill(page, (byte)(i + 1));
        context.Global.Xcopy(memory.Address + (i * PageLength), page);
    }

    using SegmentView view = memory.Map();
    long sum = 0;
    for (int i = 0; i < Pages; i++)
    {
        sum += view.ReadOnlyBytes((long)i * PageLength, PageLength).IndexOfAnyExcept((byte)(i + 1)) < 0 ? i + 1 : 0;
    }

    Console.WriteLine($"borrower used {Pages} borrowed pages, {(sum == Pages * (Pages + 1) / 2 ? "all bytes right" : "with wrong bytes")}");
}

async Task<bool> Until(Func<bool> condition) =>
    await Task.Run(() => SpinWait.SpinUntil(condition, patience));

static int Fail(string what)
{
    Console.Error.WriteLine($"BorrowedMemory: {what}");
    return 1;
}
