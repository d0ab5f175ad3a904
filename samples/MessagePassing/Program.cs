// Messages: a jetty sends into buffers that the receiver has posted; completion queues tell both sides what happened.
// The client asks for the sums of numbers, the server answers each question with a message of its own.
//
//   dotnet run --project samples/MessagePassing
using System.Runtime.InteropServices;
using Urma.Net;
using Urma.Net.Samples;

const int Questions = 10_000;
const int Numbers = 16;
const int Window = 32;        // receives kept posted on each side
const int Slot = Numbers * sizeof(int);

bool isClient = args.Length == 0;
string name = isClient ? $"messages-{Environment.ProcessId}" : args[0];

using UrmaContext context = UrmaContext.Open("loopback://samples");
using Segment memory = context.AllocateSegment((Window + 1) * Slot);
using Jfc sent = context.CreateJfc(new JfcOptions { Depth = 256 });
using Jfc received = context.CreateJfc(new JfcOptions { Depth = Window });
using Jetty jetty = context.CreateJetty(new JettyOptions
{
    SendJfc = sent,
    Receive = new JfrOptions { ReceiveJfc = received, Depth = Window },
});
for (int slot = 0; slot < Window; slot++)
{
    Require(jetty.PostReceive(new ReceiveRequest(memory.Range(slot * Slot, Slot), (ulong)slot)) == UrmaStatus.Success, "a receive was refused");
}

using IDisposable published = context.Publish(
    $"{name}-{(isClient ? "client" : "server")}", [.. jetty.Descriptor.ToArray(), .. BitConverter.GetBytes(jetty.Token.Value)]);
using OtherEnd? server = isClient ? OtherEnd.Start(name) : null;
byte[] address = context.Lookup($"{name}-{(isClient ? "server" : "client")}", TimeSpan.FromSeconds(10));
using TargetJetty peer = context.ImportJetty(
    JettyDescriptor.Read(address), new Token(BitConverter.ToUInt32(address, JettyDescriptor.Size)));

for (int question = 0; question < Questions; question++)
{
    if (isClient)
    {
        Span<int> numbers = Outgoing(Numbers);
        for (int i = 0; i < Numbers; i++)
        {
            numbers[i] = (question * 31) + i;
        }

        Send(Slot);
        int answer = Receive(1)[0];
        Require(answer == (Numbers * question * 31) + (Numbers * (Numbers - 1) / 2), $"{answer} is not the sum asked for in question {question}");
    }
    else
    {
        int sum = 0;
        foreach (int number in Receive(Numbers))
        {
            sum += number;
        }

        Outgoing(1)[0] = sum;
        Send(sizeof(int));
    }
}

if (isClient)
{
    Console.WriteLine($"{Questions} questions asked and answered between two processes, every sum right");
}

return server is null || server.Succeeded() ? 0 : 1;

Span<int> Outgoing(int count) => MemoryMarshal.Cast<byte, int>(memory.AsSpan(Window * Slot, count * sizeof(int)));

void Send(int length)
{
    Require(jetty.Post(WorkRequest.Send(peer, memory.Range(Window * Slot, length))) == UrmaStatus.Success, "a message was refused");
    Span<Completion> completion = stackalloc Completion[1];
    Require(sent.Wait(completion, TimeSpan.FromSeconds(20)) == 1 && completion[0].IsSuccess, $"a message was not delivered: {completion[0].Status}");
}

// Takes a message out of its buffer and posts the buffer again.
int[] Receive(int count)
{
    Span<Completion> completion = stackalloc Completion[1];
    Require(received.Wait(completion, TimeSpan.FromSeconds(20)) == 1 && completion[0].IsSuccess, "no message came");
    Require(completion[0].ByteCount == count * sizeof(int), $"a message of {completion[0].ByteCount} bytes came");
    int slot = (int)completion[0].UserContext;
    int[] content = MemoryMarshal.Cast<byte, int>(memory.AsSpan(slot * Slot, count * sizeof(int))).ToArray();
    Require(jetty.PostReceive(new ReceiveRequest(memory.Range(slot * Slot, Slot), (ulong)slot)) == UrmaStatus.Success, "a receive was refused");
    return content;
}

static void Require(bool condition, string otherwise)
{
    if (!condition)
    {
        Console.Error.WriteLine($"MessagePassing: {otherwise}");
        Environment.Exit(1);
    }
}
