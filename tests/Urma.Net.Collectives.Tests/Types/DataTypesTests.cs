namespace Urma.Net.Collectives.Tests.Types;

public class DataTypesTests
{
    [Fact]
    public void Every_element_type_has_its_value_and_its_size()
    {
        Check<sbyte>(DataType.Int8);
        Check<byte>(DataType.UInt8);
        Check<int>(DataType.Int32);
        Check<uint>(DataType.UInt32);
        Check<long>(DataType.Int64);
        Check<ulong>(DataType.UInt64);
        Check<Half>(DataType.Float16);
        Check<float>(DataType.Float32);
        Check<double>(DataType.Float64);
        Check<BFloat16>(DataType.BFloat16);
        Check<Float8E4M3>(DataType.Float8E4M3);
        Check<Float8E5M2>(DataType.Float8E5M2);
        Assert.Equal(12, Enum.GetValues<DataType>().Length);
    }

    [Fact]
    public void Other_types_are_refused_by_name()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => DataTypes.Of<char>());
        Assert.Contains("System.Char", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => DataTypes.SizeOf((DataType)12));
        Assert.Throws<ArgumentOutOfRangeException>(() => DataTypes.IsInteger((DataType)255));
    }

    [Fact]
    public void Whole_numbers_are_told_from_floats()
    {
        DataType[] integers = [DataType.Int8, DataType.UInt8, DataType.Int32, DataType.UInt32, DataType.Int64, DataType.UInt64];
        Assert.Equal(integers, Enum.GetValues<DataType>().Where(DataTypes.IsInteger));
    }

    private static unsafe void Check<T>(DataType type)
        where T : unmanaged
    {
        Assert.Equal(type, DataTypes.Of<T>());
        Assert.Equal(sizeof(T), DataTypes.SizeOf(type));
    }
}
