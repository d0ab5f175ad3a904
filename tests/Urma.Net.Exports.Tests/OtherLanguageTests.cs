using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Exports.Tests;

/// <summary>A C program and this one on the same fabric, with nothing but what C's descriptors hold to find each other.</summary>
public class OtherLanguageTests
{
    private const int SegmentSize = 48;
    private const int JettyIdSize = 24;
    private const uint PlainText = 1;
    private static readonly Token Secret = new(0x5ec2e7);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [SkippableFact]
    public async Task A_C_program_and_a_dotnet_program_reach_each_others_memory_and_jetties()
    {
        string fabric = CProgram.NewFabric();
        using CProgram program = CProgram.Start("urma_c_other_language", fabric);
        using UrmaContext context = UrmaContext.Open($"loopback://{fabric}");
        using Segment memory = context.AllocateSegment(4096, new SegmentOptions { Token = Secret });
        using Jfc jfc = context.CreateJfc();
        using Jetty jetty = context.CreateJetty(new JettyOptions { SendJfc = jfc, Receive = new JfrOptions { ReceiveJfc = jfc, Token = Secret } });
        memory.AsSpan()[0] = 2;
        Assert.Equal(UrmaStatus.Success, jetty.PostReceive(new ReceiveRequest(memory.Range(1024, 256), 5)));

        SegmentDescriptor theirMemory = ReadSegment(await ReadLine(program, "segment"));
        JettyDescriptor theirJetty = ReadJetty(await ReadLine(program, "jetty"));
        using TargetSegment remote = context.ImportSegment(theirMemory, Secret);
        using TargetJetty target = context.ImportJetty(theirJetty, Secret);
        await program.Input.WriteLineAsync($"segment {Convert.ToHexString(Write(memory.Descriptor))}");
        await program.Input.WriteLineAsync($"jetty {Convert.ToHexString(Write(jetty.Descriptor))}");
        await program.Input.FlushAsync();

        var completions = new ReceiveCompletion[4];
        Assert.Equal(1, jfc.Wait(completions, Bound));
        ReceiveCompletion received = completions[0];
        Assert.Equal((CompletionStatus.Success, 5UL, 77UL), (received.Completion.Status, received.Completion.UserContext, received.Immediate));
        Assert.Equal((theirJetty.Uasid, theirJetty.JettyId), (received.SourceUasid, received.SourceJettyId));
        Assert.Equal("written by C", Encoding.UTF8.GetString(memory.AsSpan(1024, 12)));
        Assert.Equal("written by C", Encoding.UTF8.GetString(memory.AsSpan(128, 12)));
        Assert.Equal(42UL, BinaryPrimitives.ReadUInt64LittleEndian(memory.AsSpan(0, 8)));

        Encoding.UTF8.GetBytes("sent by .NET", memory.AsSpan(256, 12));
        Assert.Equal(UrmaStatus.Success, jetty.Post(WorkRequest.Send(target, memory.Range(256, 12))));
        Assert.Equal("received sent by .NET", (await program.End()).Trim());
    }

    private static async Task<byte[]> ReadLine(CProgram program, string what)
    {
        using var timeout = new CancellationTokenSource(Bound);
        string? line = await program.Output.ReadLineAsync(timeout.Token);
        if (line is null)
        {
            await program.End();
        }

        Assert.StartsWith(what + " ", line, StringComparison.Ordinal);
        return Convert.FromHexString(line![(what.Length + 1)..]);
    }

    private static SegmentDescriptor ReadSegment(ReadOnlySpan<byte> bytes) => new(
        new Eid(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
        (SegmentAccess)((BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]) >> 5) & 0x3f),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]),
        Generation: 0);

    private static JettyDescriptor ReadJetty(ReadOnlySpan<byte> bytes) => new(
        new Eid(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]), JfrId: 0);

    private static byte[] Write(SegmentDescriptor descriptor)
    {
        byte[] bytes = new byte[SegmentSize];
        descriptor.Eid.WriteTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), descriptor.Uasid);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(20), descriptor.VirtualAddress);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), descriptor.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), PlainText | ((uint)descriptor.Access << 5));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), descriptor.TokenId);
        return bytes;
    }

    private static byte[] Write(JettyDescriptor descriptor)
    {
        byte[] bytes = new byte[JettyIdSize];
        descriptor.Eid.WriteTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), descriptor.Uasid);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), descriptor.JettyId);
        return bytes;
    }
}
