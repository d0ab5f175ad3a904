using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

public sealed class CpuPinningTests
{
    [Fact]
    public void Pinning_leaves_exactly_the_named_processor()
    {
        DedicatedThread.Run(() =>
        {
            int last = CpuPinning.GetAllowedProcessors()[^1];

            CpuPinning.PinCurrentThread(last);

            Assert.Equal([last], CpuPinning.GetAllowedProcessors());
        });
    }

    [Fact]
    public void A_pinned_thread_can_be_widened_again()
    {
        DedicatedThread.Run(() =>
        {
            int[] all = CpuPinning.GetAllowedProcessors();
            CpuPinning.PinCurrentThread(all[0]);

            CpuPinning.SetAllowedProcessors(all);

            Assert.Equal(all, CpuPinning.GetAllowedProcessors());
        });
    }

    [Fact]
    public void A_processor_that_does_not_exist_is_named_in_the_error()
    {
        DedicatedThread.Run(() =>
        {
            var error = Assert.Throws<InvalidOperationException>(
                () => CpuPinning.PinCurrentThread(CpuPinning.MaximumProcessor));

            Assert.Contains(CpuPinning.MaximumProcessor.ToString(), error.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(CpuPinning.MaximumProcessor + 1)]
    public void Numbers_outside_the_mask_are_refused(int processor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuPinning.PinCurrentThread(processor));

    [Fact]
    public void An_empty_set_is_refused() =>
        Assert.Throws<ArgumentException>(() => CpuPinning.SetAllowedProcessors([]));
}
