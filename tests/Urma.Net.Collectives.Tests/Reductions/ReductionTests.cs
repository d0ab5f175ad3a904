namespace Urma.Net.Collectives.Tests.Reductions;

public class ReductionTests
{
    [Fact]
    public void Signatures_are_the_same_in_every_process_and_tell_reductions_apart()
    {
        // Literal numbers: another process, perhaps of another version, must come to the same.
        Assert.Equal(1u, Reduction.Sum.Signature);
        Assert.Equal(2u, Reduction.Product.Signature);
        Assert.Equal(3u, Reduction.Min.Signature);
        Assert.Equal(4u, Reduction.Max.Signature);
        Assert.Equal(5u, Reduction.Average.Signature);
        Assert.Equal(6u, Reduction.PreMultipliedSum(0.5).Signature);
        Assert.Equal(Reduction.PreMultipliedSum(0.5).Signature, Reduction.PreMultipliedSum(2).Signature);
        Assert.Equal(0xA40C292Cu, Own("a").Signature);
        Assert.NotEqual(Own("a").Signature, Own("b").Signature);
        Assert.NotEqual(Own("a").Signature, Own("a", isCommutative: false).Signature);
    }

    [Fact]
    public void Names_and_properties_are_what_was_given()
    {
        Assert.Equal("Sum", Reduction.Sum.ToString());
        Assert.Equal("PreMultipliedSum(0.5)", Reduction.PreMultipliedSum(0.5).ToString());
        Assert.Equal("xor", Own("xor").Name);
        Assert.True(Reduction.Max.IsCommutative && Own("xor").IsCommutative);
        Assert.False(Own("matrix", isCommutative: false).IsCommutative);
        Assert.Throws<ArgumentException>(() => Own(" "));
        Assert.Throws<ArgumentNullException>(() => Reduction.Create("null", null!));
    }

    [Theory]
    [InlineData(DataType.Int8, -128, true)]
    [InlineData(DataType.Int8, 128, false)]
    [InlineData(DataType.UInt8, 255, true)]
    [InlineData(DataType.UInt8, -1, false)]
    [InlineData(DataType.UInt8, 256, false)]
    [InlineData(DataType.Int32, 0.5, false)]
    [InlineData(DataType.Int32, double.NaN, false)]
    [InlineData(DataType.Int32, 2147483648.0, false)]
    [InlineData(DataType.UInt32, 4294967295.0, true)]
    [InlineData(DataType.Int64, -9223372036854775808.0, true)]
    [InlineData(DataType.Int64, 9223372036854775808.0, false)]
    [InlineData(DataType.UInt64, 9223372036854775808.0, true)]
    [InlineData(DataType.UInt64, 18446744073709551616.0, false)]
    [InlineData(DataType.UInt64, double.PositiveInfinity, false)]
    [InlineData(DataType.Float8E4M3, 0.1, true)]
    [InlineData(DataType.Float64, double.NaN, true)]
    public void Factors_must_be_numbers_that_the_elements_can_be_multiplied_by(DataType type, double factor, bool isGood)
    {
        Reduction reduction = Reduction.PreMultipliedSum(factor);
        Reduction.Sum.ThrowIfUnsupported(type);
        if (isGood)
        {
            reduction.ThrowIfUnsupported(type);
        }
        else
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => reduction.ThrowIfUnsupported(type));
            Assert.Contains(type.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    private static unsafe Reduction Own(string name, bool isCommutative = true) =>
        Reduction.Create(name, (accumulator, operand, count, type) => { }, isCommutative);
}
