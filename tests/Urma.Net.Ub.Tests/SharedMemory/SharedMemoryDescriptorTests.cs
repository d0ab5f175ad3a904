namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>Descriptors as bytes, and libraries that are not there.</summary>
public class SharedMemoryDescriptorTests
{
    private static readonly UbSharedMemoryDescriptor Whole =
        new(0x1_0000_0000, 4L << 20, 0xabcde, new Eid(1, 2), new Eid(3, 4), ExporterCna: 5, ImporterCna: 6);

    [Fact]
    public void A_descriptor_survives_as_bytes()
    {
        byte[] bytes = Whole.ToArray();
        Assert.Equal(UbSharedMemoryDescriptor.Size, bytes.Length);
        Assert.Equal(Whole, UbSharedMemoryDescriptor.Read(bytes));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 1)]
    [InlineData(16, 1)]
    [InlineData(23, 0x80)]
    public void Damaged_bytes_are_refused(int at, byte value)
    {
        byte[] bytes = Whole.ToArray();
        bytes[at] = value;
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => UbSharedMemoryDescriptor.Read(bytes)).Status);
        Assert.Throws<UrmaException>(() => UbSharedMemoryDescriptor.Read(Whole.ToArray().AsSpan(0, UbSharedMemoryDescriptor.Size - 1)));
    }

    [Fact]
    public void Memory_that_cannot_be_is_not_asked_for()
    {
        Assert.Throws<UrmaException>(() => UbSharedMemory.Import(default));
        Assert.Throws<UrmaException>(() => UbSharedMemory.Import(Whole with { Length = 0 }));
        Assert.Throws<UrmaException>(() => UbSharedMemory.Import(Whole with { Address = ulong.MaxValue - 0x1f_ffff }));
    }

    [Fact]
    public void A_library_that_is_not_there_says_what_was_tried_and_what_to_do()
    {
        string problem = ObmmLibrary.Load("/nowhere/libobmm.so").Problem!;
        Assert.Contains("'/nowhere/libobmm.so' could not be loaded", problem, StringComparison.Ordinal);
        Assert.Contains("URMA_LIBOBMM", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_another_kind_is_not_called()
    {
        string problem = ObmmLibrary.Load("libc.so.6").Problem!;
        Assert.Contains("has no function obmm_export", problem, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_software_library_is_supported()
    {
        SoftwareObmm.Use();
        Assert.Null(UbSharedMemory.NotSupportedReason);
        Assert.Equal(File.ResolveLinkTarget(SoftwareObmm.LibraryPath, returnFinalTarget: true)!.FullName, UbSharedMemory.LibraryPath);
        UbSharedMemory.UseLibrary(SoftwareObmm.LibraryPath);
        UbSharedMemory.UseLibrary(UbSharedMemory.LibraryPath);
        Assert.Throws<InvalidOperationException>(() => UbSharedMemory.UseLibrary("/nowhere/libobmm.so"));
    }
}
