using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>Asks the runtime where it puts the members of a struct, by taking their addresses.</summary>
internal static class RuntimeLayout
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>Size of a type in bytes.</summary>
    internal static long SizeOf(Type type)
    {
        if (type.IsPointer || type.IsFunctionPointer)
        {
            return nint.Size;
        }

        var method = new DynamicMethod("SizeOf", typeof(int), [], typeof(RuntimeLayout), skipVisibility: true);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Sizeof, type);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }

    /// <summary>Alignment of a type in bytes: where it goes behind a single byte.</summary>
    internal static long AlignmentOf(Type type) => OffsetOf(typeof(BehindByte<>).MakeGenericType(type).GetField("Value")!);

    /// <summary>Where a member is that C writes as <c>a.b.c</c>: a field, a bit-field, or what follows the struct.</summary>
    /// <exception cref="MissingMemberException">There is no such member.</exception>
    internal static MemberPlace Find(Type type, string path)
    {
        long offset = 0;
        string[] names = path.Split('.');
        for (var i = 0; ; i++)
        {
            bool isLast = i == names.Length - 1;
            if (type.GetField(names[i], Any) is { } field)
            {
                offset += OffsetOf(field);
                type = field.FieldType;
                if (isLast)
                {
                    return new MemberPlace(offset, SizeOf(type), null, null);
                }

                // A member of an array's elements is a member of the first one.
                type = type.IsDefined(typeof(InlineArrayAttribute)) ? type.GetField("e0")!.FieldType : type;
            }
            else if (isLast && type.GetProperty(names[i], Any) is { } property)
            {
                (long first, int width) = Bits(property);
                return new MemberPlace(offset + (first / 8), null, (offset * 8) + first, width);
            }
            else if (isLast && type.GetMethod(names[i], Any) is { } method)
            {
                return new MemberPlace(offset + OffsetOf(method), 0, null, null);
            }
            else
            {
                throw new MissingMemberException(type.Name, names[i]);
            }
        }
    }

    /// <summary>Offset of a field in bytes.</summary>
    internal static unsafe long OffsetOf(FieldInfo field)
    {
        var method = new DynamicMethod("OffsetOf", typeof(nint), [typeof(nint)], typeof(RuntimeLayout), skipVisibility: true);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_I);
        code.Emit(OpCodes.Ret);
        var address = (nint)NativeMemory.Alloc((nuint)SizeOf(field.DeclaringType!));
        try
        {
            return method.CreateDelegate<Func<nint, nint>>()(address) - address;
        }
        finally
        {
            NativeMemory.Free((void*)address);
        }
    }

    private static unsafe long OffsetOf(MethodInfo method)
    {
        object record = Pointer.Box((void*)nint.Zero, method.GetParameters()[0].ParameterType);
        return (long)Pointer.Unbox(method.Invoke(null, [record])!);
    }

    // Written with ones over zeros, and with zeros over ones, a bit-field must change the same bits and no others.
    private static (long First, int Width) Bits(PropertyInfo property)
    {
        byte[] ones = BytesAfter(property, 0x00, AllOnes(property.PropertyType));
        byte[] zeros = BytesAfter(property, 0xFF, Activator.CreateInstance(property.PropertyType)!);
        Assert.Equal(ones.Select(value => (byte)~value), zeros);
        int[] set = [.. Enumerable.Range(0, ones.Length * 8).Where(bit => (ones[bit / 8] >> (bit % 8) & 1) == 1)];
        Assert.True(set.Length > 0 && set[^1] - set[0] + 1 == set.Length, $"{property.DeclaringType}.{property.Name} is not one run of bits.");
        return (set[0], set.Length);
    }

    private static byte[] BytesAfter(PropertyInfo property, byte filler, object value)
    {
        object record = RuntimeHelpers.GetUninitializedObject(property.DeclaringType!);
        GCHandle pin = GCHandle.Alloc(record, GCHandleType.Pinned);
        try
        {
            var size = (int)SizeOf(property.DeclaringType!);
            byte[] bytes = new byte[size];
            bytes.AsSpan().Fill(filler);
            Marshal.Copy(bytes, 0, pin.AddrOfPinnedObject(), size);
            property.SetValue(record, value);
            object read = property.GetValue(record)!;
            Assert.Equal(filler == 0, !read.Equals(Activator.CreateInstance(property.PropertyType)));
            Marshal.Copy(pin.AddrOfPinnedObject(), bytes, 0, size);
            return bytes;
        }
        finally
        {
            pin.Free();
        }
    }

    private static object AllOnes(Type type) => type.IsEnum ? Enum.ToObject(type, AllOnes(Enum.GetUnderlyingType(type))) : Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => byte.MaxValue,
        TypeCode.UInt16 => ushort.MaxValue,
        TypeCode.UInt32 => uint.MaxValue,
        TypeCode.UInt64 => ulong.MaxValue,
        TypeCode.SByte => (sbyte)-1,
        TypeCode.Int16 => (short)-1,
        TypeCode.Int32 => -1,
        TypeCode.Int64 => -1L,
        _ => type == typeof(nuint) ? nuint.MaxValue : (object)(nint)(-1),
    };

    private struct BehindByte<T>(byte first, T value)
    {
        public byte First = first;
        public T Value = value;
    }
}
