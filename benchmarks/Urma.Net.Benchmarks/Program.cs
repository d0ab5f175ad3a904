using Urma.Net.Benchmarks;
using Urma.Net.Benchmarks.Check;
using Urma.Net.Benchmarks.Loop;

// BenchmarkDotNet is not even loaded by the commands that measure without it.
return args switch
{
    [MeasureCommand.Name, .. var rest] => MeasureCommand.Run(rest),
    [AotCommand.Name, .. var rest] => AotCommand.Run(rest),
    [CheckCommand.Name, .. var rest] => CheckCommand.Run(rest),
    _ => BenchmarkRun.Run(args),
};
