using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Urma.Net.Allocations.Tests;

/// <summary>A benchmark method as something to call many times, set up as BenchmarkDotNet would.</summary>
internal sealed class Operation : IDisposable
{
    private readonly object _instance;
    private readonly Action<int> _loop;
    private readonly MethodInfo? _prepare;
    private readonly MethodInfo? _cleanup;

    public Operation(MethodInfo benchmark)
    {
        Type type = benchmark.DeclaringType!;
        _instance = Activator.CreateInstance(type)!;
        _prepare = Find<IterationSetupAttribute>(type);
        _cleanup = Find<GlobalCleanupAttribute>(type);
        Find<GlobalSetupAttribute>(type)?.Invoke(_instance, null);
        _loop = benchmark.ReturnType == typeof(void)
            ? LoopOver(benchmark.CreateDelegate<Action>(_instance))
            : (Action<int>)typeof(Operation).GetMethod(nameof(LoopOverFunction), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(benchmark.ReturnType).Invoke(null, [benchmark, _instance])!;
    }

    /// <summary>What one iteration needs; may allocate.</summary>
    public void Prepare() => _prepare?.Invoke(_instance, null);

    public void RunPrepared(int times) => _loop(times);

    public void Run(int times)
    {
        Prepare();
        RunPrepared(times);
    }

    public void Dispose() => _cleanup?.Invoke(_instance, null);

    private static MethodInfo? Find<TAttribute>(Type type)
        where TAttribute : Attribute =>
        type.GetMethods().SingleOrDefault(static m => m.GetCustomAttribute<TAttribute>() is not null);

    private static Action<int> LoopOver(Action method) => times =>
    {
        for (int i = 0; i < times; i++)
        {
            method();
        }
    };

    private static Action<int> LoopOverFunction<T>(MethodInfo benchmark, object instance)
    {
        Func<T> method = benchmark.CreateDelegate<Func<T>>(instance);
        return times =>
        {
            for (int i = 0; i < times; i++)
            {
                method();
            }
        };
    }
}
