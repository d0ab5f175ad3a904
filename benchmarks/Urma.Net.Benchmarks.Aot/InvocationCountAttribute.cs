namespace BenchmarkDotNet.Attributes;

/// <summary>Stands in for BenchmarkDotNet's, which is not among its annotations; the plain loop knows the number itself.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class InvocationCountAttribute(int invocationCount) : Attribute
{
    public int InvocationCount { get; } = invocationCount;
}
