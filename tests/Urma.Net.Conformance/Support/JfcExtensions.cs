namespace Urma.Net.Conformance;

/// <summary>Taking completions one by one, with a bound.</summary>
public static class JfcExtensions
{
    /// <summary>The next completion; fails the test when none comes.</summary>
    public static Completion Next(this Jfc jfc)
    {
        ArgumentNullException.ThrowIfNull(jfc);
        Span<Completion> one = stackalloc Completion[1];
        Assert.True(jfc.Wait(one, Bounds.Operation) == 1, $"No completion within {Bounds.Operation}.");
        return one[0];
    }

    /// <summary>The next completion in the wide form.</summary>
    public static ReceiveCompletion NextReceive(this Jfc jfc)
    {
        ArgumentNullException.ThrowIfNull(jfc);
        Span<ReceiveCompletion> one = stackalloc ReceiveCompletion[1];
        Assert.True(jfc.Wait(one, Bounds.Operation) == 1, $"No receive completion within {Bounds.Operation}.");
        return one[0];
    }

    /// <summary>The next completion, which must be a success.</summary>
    public static Completion NextSuccess(this Jfc jfc)
    {
        Completion completion = jfc.Next();
        Assert.Equal(CompletionStatus.Success, completion.Status);
        return completion;
    }

    /// <summary>Takes exactly as many completions as named, in order.</summary>
    public static Completion[] Take(this Jfc jfc, int count)
    {
        ArgumentNullException.ThrowIfNull(jfc);
        var all = new Completion[count];
        int taken = 0;
        while (taken < count)
        {
            int more = jfc.Wait(all.AsSpan(taken), Bounds.Operation);
            Assert.True(more > 0, $"Only {taken} of {count} completions came within {Bounds.Operation}.");
            taken += more;
        }

        return all;
    }

    /// <summary>Asserts that there is no completion now.</summary>
    public static void AssertEmpty(this Jfc jfc)
    {
        ArgumentNullException.ThrowIfNull(jfc);
        Span<Completion> one = stackalloc Completion[1];
        if (jfc.Poll(one) != 0)
        {
            Assert.Fail($"There should be no completion, but there is: {one[0]}.");
        }
    }
}
