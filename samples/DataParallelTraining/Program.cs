// Data-parallel training: every rank has the same network and other examples. After each step the gradients of all ranks are averaged,
// in one AllReduce, so that all take the same step and their weights stay equal to the last bit, though nobody ever sends them again.
//
//   dotnet run --project samples/DataParallelTraining              four ranks, threads of this process
//   urma launch -n 4 -- dotnet DataParallelTraining.dll            four processes; under mpirun, srun or torchrun as well
using System.Runtime.InteropServices;
using Urma.Net;
using Urma.Net.Collectives;

const int Steps = 400, Hidden = 16, Examples = 128;
const float LearningRate = 1;

// Where the weights of both layers lie, and behind their gradients the loss, to be averaged with them.
const int Input = 0, HiddenBias = 2 * Hidden, Output = 3 * Hidden, OutputBias = 4 * Hidden, Weights = 4 * Hidden + 1, Loss = Weights;

using UrmaContext context = UrmaContext.Open("loopback://samples");
Communicator[] ranks = RankEnvironment.TryDetect(out _)
    ? [Communicator.FromEnvironment(context)]
    : Communicator.CreateAll(context, 4);
Task<bool>[] training = [.. ranks.Select(rank => Task.Factory.StartNew(
    () => Train(rank), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
return (await Task.WhenAll(training)).All(isRight => isRight) ? 0 : 1;

bool Train(Communicator communicator)
{
    using Communicator left = communicator;
    var random = new Random(communicator.Rank);
    (float X, float Y, int Moon)[] examples = TwoMoons(random);
    float[] weights = [.. Enumerable.Range(0, Weights).Select(_ => random.NextSingle() - 0.5f)];

    // Everybody begins with the weights of rank 0. The buffer that is exchanged in every step is registered: others reach into it.
    communicator.Broadcast<float>(weights, root: 0);
    using RegisteredMemory exchanged = communicator.Allocate((Weights + 1) * sizeof(float));
    Span<float> gradients = exchanged.AsSpan<float>();
    float first = 0;
    for (int step = 0; step <= Steps; step++)
    {
        Propagate(weights, examples, gradients);
        communicator.AllReduce<float>(gradients, gradients, Reduction.Average);
        first = step == 0 ? gradients[Loss] : first;
        if (communicator.Rank == 0 && step % 100 == 0)
        {
            Console.WriteLine($"step {step,3}: loss {gradients[Loss]:0.0000}");
        }

        for (int i = 0; i < Weights; i++)
        {
            weights[i] -= LearningRate * gradients[i];
        }
    }

    float[] all = new float[communicator.Size * Weights];
    communicator.AllGather<float>(weights, all);
    bool areEqual = Enumerable.Range(0, communicator.Size).All(rank =>
        MemoryMarshal.AsBytes(all.AsSpan(rank * Weights, Weights)).SequenceEqual(MemoryMarshal.AsBytes(weights.AsSpan())));
    bool hasFallen = gradients[Loss] < 0.2f * first;
    Console.WriteLine($"rank {communicator.Rank} of {communicator.Size}: the loss {(hasFallen ? "fell" : "DID NOT FALL")}, "
        + (areEqual ? "all ranks have the same weights, bit for bit" : "WEIGHTS DIFFER"));
    return areEqual && hasFallen;
}

// Two half circles, each around one end of the other.
static (float X, float Y, int Moon)[] TwoMoons(Random random) => [.. Enumerable.Range(0, Examples).Select(_ =>
{
    (float sin, float cos) = MathF.SinCos(MathF.PI * random.NextSingle());
    float noise = 0.2f * (random.NextSingle() - 0.5f);
    return random.Next(2) == 0 ? (cos + noise, sin - noise, 0) : (1 - cos - noise, 0.5f - sin + noise, 1);
})];

// The mean loss of the examples and its gradients, by back-propagation: tanh in the hidden layer, a logistic output, cross-entropy.
static void Propagate(ReadOnlySpan<float> weights, (float X, float Y, int Moon)[] examples, Span<float> gradients)
{
    gradients.Clear();
    Span<float> hidden = stackalloc float[Hidden];
    foreach ((float x, float y, int moon) in examples)
    {
        float sum = weights[OutputBias];
        for (int i = 0; i < Hidden; i++)
        {
            hidden[i] = MathF.Tanh(weights[Input + 2 * i] * x + weights[Input + 2 * i + 1] * y + weights[HiddenBias + i]);
            sum += weights[Output + i] * hidden[i];
        }

        float error = (1 / (1 + MathF.Exp(-sum)) - moon) / examples.Length;
        gradients[Loss] += (MathF.Max(sum, 0) - moon * sum + MathF.Log(1 + MathF.Exp(-MathF.Abs(sum)))) / examples.Length;
        gradients[OutputBias] += error;
        for (int i = 0; i < Hidden; i++)
        {
            float back = error * weights[Output + i] * (1 - hidden[i] * hidden[i]);
            gradients[Output + i] += error * hidden[i];
            gradients[HiddenBias + i] += back;
            gradients[Input + 2 * i] += back * x;
            gradients[Input + 2 * i + 1] += back * y;
        }
    }
}
