namespace Urma.Net.Tool.Doctor;

/// <summary>Tries what a program would do first: open, allocate, import, look.</summary>
internal static class ProviderChecks
{
    private const int Length = 1 << 20;

    public static Finding Probe(string provider)
    {
        try
        {
            using UrmaContext owner = UrmaContext.Open(provider, new UrmaContextOptions { Label = "urma doctor" });
            using UrmaContext user = UrmaContext.Open(provider, new UrmaContextOptions { Label = "urma doctor (2)" });
            using Segment segment = owner.AllocateSegment(Length);
            using TargetSegment target = user.ImportSegment(segment.Descriptor, segment.Token);
            using (SegmentView view = target.Map())
            {
                view.StoreRelease(0, 42UL);
            }

            return segment.Map().LoadAcquire<ulong>(0) == 42
                ? new Finding(provider, CheckState.Ok, "opened two engines, shared 1 MiB, a store arrived")
                : new Finding(provider, CheckState.Failure, "a store into an imported segment did not arrive", "please report this");
        }
        catch (UrmaException error)
        {
            return new Finding(provider, CheckState.Failure, error.Message, "see the message");
        }
    }
}
