namespace Urma.Net.Conformance;

/// <summary>What all suites share: contexts and objects that are closed in reverse order when the test ends.</summary>
public abstract class ConformanceSuite : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    /// <summary>Runs the suite with a provider.</summary>
    protected ConformanceSuite(ProviderHarness harness)
    {
        Harness = harness;
    }

    /// <summary>The provider under test.</summary>
    protected ProviderHarness Harness { get; }

    /// <summary>Opens a context that lives as long as the test.</summary>
    protected UrmaContext Open(UrmaContextOptions? options = null) => Own(Harness.Open(options));

    /// <summary>Makes an endpoint in a context of its own.</summary>
    protected Endpoint NewEndpoint(EndpointShape? shape = null) => Own(new Endpoint(Open(), shape));

    /// <summary>Closes an object when the test ends.</summary>
    protected T Own<T>(T instance)
        where T : IDisposable
    {
        _owned.Push(instance);
        return instance;
    }

    /// <summary>Asserts that an argument is refused by name, whichever of the two ways a setup call has.</summary>
    protected static void AssertInvalid(Action call)
    {
        Exception? error = Record.Exception(call);
        Assert.True(
            error is ArgumentException || error is UrmaException { Status: UrmaStatus.InvalidArgument },
            $"Expected a refused argument, got {error?.ToString() ?? "success"}.");
        Assert.NotEmpty(error!.Message);
    }

    /// <summary>Asserts that a setup call fails with a status and a message that helps.</summary>
    protected static UrmaException AssertFails(UrmaStatus expected, Action call)
    {
        UrmaException error = Assert.Throws<UrmaException>(call);
        Assert.True(error.Status == expected, $"Expected {expected}, got {error.Status}: {error.Message}");
        Assert.True(error.Message.Length > 20, $"The message does not say what to do: '{error.Message}'");
        return error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the test owned.</summary>
    protected virtual void Dispose(bool disposing)
    {
        while (_owned.TryPop(out IDisposable? instance))
        {
            instance.Dispose();
        }
    }
}
