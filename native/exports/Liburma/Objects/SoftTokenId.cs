using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A number that segments are known by; several may share one.</summary>
internal sealed unsafe class SoftTokenId
{
    private int _users;

    public SoftTokenId(SoftContext context, urma_token_id_flag_t flag)
    {
        Context = context;
        Block = Blocks.Create<urma_token_id_t>(this, BlockKind.TokenId);
        Block->urma_ctx = context.Block;
        Block->token_id = context.NextTokenId();
        Block->handle = Block->token_id;
        Block->flag = flag;
        context.AddChild();
    }

    public SoftContext Context { get; }

    public urma_token_id_t* Block { get; }

    public void AddUser() => Block->@ref.atomic_cnt = (nuint)Interlocked.Increment(ref _users);

    public void RemoveUser() => Block->@ref.atomic_cnt = (nuint)Interlocked.Decrement(ref _users);

    public int Delete()
    {
        if (Volatile.Read(ref _users) != 0)
        {
            throw new RefusedException(URMA_EINVAL, $"{_users} segments use the token id: unregister them first.");
        }

        Context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }
}
