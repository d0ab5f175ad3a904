using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Urma.Net.Global;

namespace Urma.Net.Benchmarks.Loop;

/// <summary>A benchmark method as something to call many times, set up as BenchmarkDotNet would. Runs with and without a JIT.</summary>
/// <remarks>For one thread.</remarks>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The assembly of the benchmarks is kept whole.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The assembly of the benchmarks is kept whole.")]
public sealed class Operation : IDisposable
{
    private readonly object _instance;
    private readonly Action<int> _loop;
    private readonly MethodInfo? _prepare;
    private readonly MethodInfo? _cleanup;

    /// <summary>Sets the benchmark's class up.</summary>
    /// <exception cref="NotSupportedException">The method returns a type for which there is no loop.</exception>
    public Operation(MethodInfo benchmark)
    {
        Type type = benchmark.DeclaringType!;
        _instance = Activator.CreateInstance(type)!;
        _prepare = Find<IterationSetupAttribute>(type);
        _cleanup = Find<GlobalCleanupAttribute>(type);
        _loop = LoopOver(benchmark);
        OperationsPerCall = benchmark.GetCustomAttribute<BenchmarkAttribute>()?.OperationsPerInvoke ?? 1;
        Find<GlobalSetupAttribute>(type)?.Invoke(_instance, null);
    }

    /// <summary>What one call counts for.</summary>
    public int OperationsPerCall { get; }

    /// <summary>How many calls may follow one preparation.</summary>
    public int CallsPerPreparation => _prepare is null ? int.MaxValue : Pair.PreparedInvocations;

    /// <summary>What one iteration needs; may allocate.</summary>
    public void Prepare() => _prepare?.Invoke(_instance, null);

    /// <summary>Calls it, at most <see cref="CallsPerPreparation"/> times since the last preparation.</summary>
    public void RunPrepared(int times) => _loop(times);

    /// <summary>Calls it any number of times, prepared as often as it needs.</summary>
    public void Run(int times)
    {
        for (int left = times; left > 0; left -= CallsPerPreparation)
        {
            Prepare();
            RunPrepared(Math.Min(left, CallsPerPreparation));
        }
    }

    /// <summary>Cleans the benchmark's class up.</summary>
    public void Dispose() => _cleanup?.Invoke(_instance, null);

    private static MethodInfo? Find<TAttribute>(Type type)
        where TAttribute : Attribute =>
        type.GetMethods().SingleOrDefault(static m => m.GetCustomAttribute<TAttribute>() is not null);

    // Each type by name: without a JIT there is no making of methods for others while the program runs.
    private Action<int> LoopOver(MethodInfo benchmark) => benchmark.ReturnType switch
    {
        var type when type == typeof(void) => LoopOverAction(benchmark.CreateDelegate<Action>(_instance)),
        var type when type == typeof(bool) => LoopOver<bool>(benchmark),
        var type when type == typeof(int) => LoopOver<int>(benchmark),
        var type when type == typeof(long) => LoopOver<long>(benchmark),
        var type when type == typeof(ulong) => LoopOver<ulong>(benchmark),
        var type when type == typeof(ValueTask) => LoopOver<ValueTask>(benchmark),
        var type when type == typeof(RemoteAddress) => LoopOver<RemoteAddress>(benchmark),
        var type when type == typeof(GlobalMemoryStatus) => LoopOver<GlobalMemoryStatus>(benchmark),
        var type => throw new NotSupportedException($"{benchmark} returns {type}: add that type to {nameof(Operation)}."),
    };

    private Action<int> LoopOver<T>(MethodInfo benchmark)
    {
        Func<T> method = benchmark.CreateDelegate<Func<T>>(_instance);
        return times => Repeat(method, times);
    }

    private static Action<int> LoopOverAction(Action method) => times => Repeat(method, times);

    // Compiled once and for all: with a profile the JIT would put whichever benchmark came first into the loop, and no other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Repeat(Action method, int times)
    {
        for (int i = 0; i < times; i++)
        {
            method();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Repeat<T>(Func<T> method, int times)
    {
        for (int i = 0; i < times; i++)
        {
            method();
        }
    }
}
