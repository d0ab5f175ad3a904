using System.Globalization;

namespace Urma.Net.ControlPeer;

/// <summary>A whole context that writes to itself as often as standard input says.</summary>
internal static class WritingPeer
{
    public static void Run(string connectionString, string label)
    {
        using UrmaContext context = UrmaContext.Open(connectionString, new UrmaContextOptions { Label = label });
        using Segment segment = context.AllocateSegment(4096);
        using TargetSegment target = context.ImportSegment(segment.Descriptor, segment.Token);
        using Jfc jfc = context.CreateJfc();
        using Jfs jfs = context.CreateJfs(new JfsOptions { SendJfc = jfc });
        Console.WriteLine($"ready {context.Uasid}");
        while (Console.ReadLine() is { } line)
        {
            int writes = int.Parse(line, CultureInfo.InvariantCulture);
            var completion = new Completion[1];
            for (int i = 0; i < writes; i++)
            {
                UrmaStatus status = jfs.Post(WorkRequest.Write(segment.Range(0, 8), target.At(8)));
                if (status != UrmaStatus.Success || jfc.Wait(completion, TimeSpan.FromSeconds(30)) != 1 || !completion[0].IsSuccess)
                {
                    Console.WriteLine($"error {status} {completion[0]}");
                    return;
                }
            }

            Console.WriteLine($"written {writes}");
        }
    }
}
