using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>Types as clang spells them are read from the inside out.</summary>
public sealed class TypeParserTests
{
    [Theory]
    [InlineData("int", "int")]
    [InlineData("unsigned", "unsigned int")]
    [InlineData("long unsigned int", "unsigned long")]
    [InlineData("long long int", "long long")]
    [InlineData("const volatile signed char", "signed char")]
    [InlineData("bool", "_Bool")]
    [InlineData("_Atomic(unsigned long)", "unsigned long")]
    [InlineData("const urma_eid_t *", "pointer(urma_eid_t)")]
    [InlineData("char *const *", "pointer(pointer(char))")]
    [InlineData("const char *restrict", "pointer(char)")]
    [InlineData("uint8_t[16]", "array16(uint8_t)")]
    [InlineData("uint8_t[]", "array(uint8_t)")]
    [InlineData("int *[4][2]", "array4(array2(pointer(int)))")]
    [InlineData("int (*)[4]", "pointer(array4(int))")]
    [InlineData("int (*)(void)", "pointer(function()int)")]
    [InlineData("int (*const)(long, const char *, ...)", "pointer(function(long,pointer(char),...)int)")]
    [InlineData("void (*[4])(void)", "array4(pointer(function()void))")]
    [InlineData("int (*(*)(int))(long)", "pointer(function(int)pointer(function(long)int))")]
    [InlineData("void (*(int, void (*)(int)))(int)", "function(int,pointer(function(int)void))pointer(function(int)void)")]
    [InlineData("struct outer *", "pointer(struct outer)")]
    [InlineData("enum kind", "enum kind")]
    [InlineData("struct outer::inner", "struct inner")]
    [InlineData("union (unnamed union at /a b/t.h:14:91)[3]", "array3(@/a b/t.h:14:91)")]
    [InlineData("struct outer::(anonymous at /x/../t.h:14:48)", "@/t.h:14:48")]
    [InlineData("struct (unnamed at /t.h:1:2) *", "pointer(@/t.h:1:2)")]
    [InlineData("struct outer::(anonymous union)::(anonymous at /t.h:1:2)[4]", "array4(@/t.h:1:2)")]
    [InlineData("__size_t", "unsigned long")]
    public void A_type_is_understood(string spelling, string expected) => Assert.Equal(expected, Text(TypeParser.Parse(spelling)));

    [Theory]
    [InlineData("")]
    [InlineData("int (")]
    [InlineData("int )")]
    [InlineData("int[4")]
    [InlineData("__attribute__((vector_size(16))) float")]
    [InlineData("int int_t")]
    public void What_is_not_understood_is_refused(string spelling) => Assert.Throws<FormatException>(() => TypeParser.Parse(spelling));

    private static string Text(CType type) => type.Kind switch
    {
        CTypeKind.Pointer => $"pointer({Text(type.Target!)})",
        CTypeKind.Array => $"array{type.Length}({Text(type.Target!)})",
        CTypeKind.Function => $"function({string.Join(',', type.Parameters.Select(Text).Concat(type.IsVariadic ? ["..."] : []))}){Text(type.Target!)}",
        _ => type.Name,
    };
}
