using System.Runtime.CompilerServices;
using Urma.Net.Benchmarks.Loop;

if (RuntimeFeature.IsDynamicCodeSupported)
{
    Console.Error.WriteLine("This run has a JIT: publish the program instead of running it.");
    return 2;
}

return args is [MeasureCommand.Name, .. var rest] ? MeasureCommand.Run(rest) : 2;
