using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Fixture;
using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>
/// Functions are found in the loaded library when they are first called. Two releases of a library are built and called;
/// the tests of this class share the one loaded library, so they run one after the other.
/// </summary>
public sealed unsafe class LazyBindingTests
{
    [NativeCompilerFact]
    public void Functions_are_called_with_structs_unions_callbacks_and_booleans()
    {
        using var library = new FixtureLibrary(older: false);
        FixtureMethods.Load(library.Handle, library.Path);

        Assert.Equal(5, FixtureMethods.fixture_add(2, 3));

        fixture_flag_t flag = default;
        flag.bs.low = 5;
        flag.bs.middle = 0x155;
        flag.bs.high = 0x7FFFF;
        fixture_flag_t flipped = FixtureMethods.fixture_flip(flag, 1);
        Assert.Equal((5u, 0x2AAu, 0x7FFFFu), (flipped.bs.low, flipped.bs.middle, flipped.bs.high));
        Assert.Equal(flag.value, FixtureMethods.fixture_flip(flag, 0).value);

        var somewhere = (fixture_opaque*)0x1234;
        Assert.Equal(0x1234 + 5 + 1, FixtureMethods.fixture_call(&Callback, somewhere, flag));

        uint* numbers = stackalloc uint[] { 1, 2, uint.MaxValue };
        Assert.Equal(2ul + uint.MaxValue + 1, FixtureMethods.fixture_sum(numbers, 3));

        fixture_nested_t nested = FixtureMethods.fixture_make_nested(-3, 2.5);
        Assert.Equal((-3, 77ul, 2.5), (nested.x, nested.rows[2].r, nested.choice.d));
        Assert.Equal("nested"u8, ((ReadOnlySpan<byte>)nested.name)[..6]);

        fixture_all_t all = default;
        FixtureMethods.fixture_newer(&all, fixture_plain_t.FIXTURE_TWO);
        Assert.Equal(2, all.tiny);
    }

    [NativeCompilerFact]
    public void Bit_fields_that_C_wrote_are_read_and_those_written_here_are_equal_bytes()
    {
        using var library = new FixtureLibrary(older: false);
        FixtureMethods.Load(library.Handle, library.Path);
        fixture_bits theirs;
        FixtureMethods.fixture_fill(&theirs);

        Assert.Equal(0xABCDEu, theirs.a);
        Assert.Equal(0x12345u, theirs.b);
        Assert.Equal(0x9876543210ul, theirs.wide);
        Assert.Equal(0xFEDul, theirs.after);
        Assert.Equal(0x55, theirs.@byte);
        Assert.Equal(0x1Du, theirs.beside);
        Assert.Equal(0xBEEF, theirs.behind);
        Assert.Equal(-17, theirs.negative);
        Assert.Equal(-3000000000, theirs.long_negative);
        Assert.Equal(fixture_plain_t.FIXTURE_HIGH, theirs.kind);
        Assert.Equal(fixture_signed_t.FIXTURE_MINUS, theirs.sign);
        Assert.Equal(1, theirs.yes);
        Assert.Equal(0x66, theirs.tail);

        fixture_bits ours = default;
        ours.tail = 0x66;
        ours.yes = 1;
        ours.sign = fixture_signed_t.FIXTURE_MINUS;
        ours.kind = fixture_plain_t.FIXTURE_HIGH;
        ours.long_negative = -3000000000;
        ours.negative = -17;
        ours.behind = 0xBEEF;
        ours.beside = 0x1D;
        ours.@byte = 0x55;
        ours.after = 0xFED;
        ours.wide = 0x9876543210;
        ours.b = 0x12345;
        ours.a = 0xABCDE;
        Assert.Equal(new ReadOnlySpan<byte>(&theirs, sizeof(fixture_bits)), new ReadOnlySpan<byte>(&ours, sizeof(fixture_bits)));
    }

    [NativeCompilerFact]
    public void A_missing_function_is_named_with_the_library_and_what_to_know_and_the_others_work()
    {
        using var library = new FixtureLibrary(older: true);
        FixtureMethods.Load(library.Handle, library.Path);

        Assert.Equal(["fixture_newer"], FixtureMethods.Imports.Where(name => !FixtureMethods.IsAvailable(name)));
        Assert.Equal(5, FixtureMethods.fixture_add(2, 3));
        string message = Assert.Throws<EntryPointNotFoundException>(() => FixtureMethods.fixture_newer(null, default)).Message;
        Assert.Contains("'fixture_newer'", message, StringComparison.Ordinal);
        Assert.Contains(library.Path, message, StringComparison.Ordinal);
        Assert.Contains("Release 2 has it.", message, StringComparison.Ordinal);
    }

    [NativeCompilerFact]
    public void Loading_another_library_forgets_what_was_found_in_the_one_before()
    {
        using var newer = new FixtureLibrary(older: false);
        using var older = new FixtureLibrary(older: true);

        FixtureMethods.Load(newer.Handle);
        Assert.Equal("newer", Version());
        FixtureMethods.Load(older.Handle);
        Assert.Equal("older", Version());
    }

    [Fact]
    public void A_call_before_a_library_is_loaded_says_so()
    {
        // Nothing loads libobmm in these tests.
        Assert.False(Libobmm.Libobmm.IsLoaded);
        Assert.False(Libobmm.Libobmm.IsAvailable("obmm_export"));
        string message = Assert.Throws<InvalidOperationException>(() => Libobmm.Libobmm.obmm_unexport(1, 0)).Message;
        Assert.Contains("libobmm.so", message, StringComparison.Ordinal);
        Assert.Contains("obmm_unexport", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_imports_are_the_published_functions()
    {
        Assert.Empty(Signatures.Liburma.Select(signature => signature.Name).Except(Liburma.Liburma.Imports));
        Assert.Equal(Signatures.Libobmm.Select(signature => signature.Name).Order(), Libobmm.Libobmm.Imports.Order());
    }

    private static string Version() => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(FixtureMethods.fixture_version()));

    [UnmanagedCallersOnly]
    private static int Callback(fixture_opaque* opaque, fixture_flag_t flag, byte ok) => (int)(nint)opaque + (int)flag.bs.low + ok;
}
