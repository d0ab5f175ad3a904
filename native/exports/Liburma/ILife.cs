using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>What <see cref="Lives{TSoft,TBlock,TConfig}"/> needs to know of a kind of queue.</summary>
internal unsafe interface ILife<TBlock, TConfig>
    where TBlock : unmanaged
    where TConfig : unmanaged
{
    /// <summary>Of an active one.</summary>
    static abstract BlockKind Kind { get; }

    /// <summary>Of one whose options can still be set.</summary>
    static abstract BlockKind Draft { get; }

    SoftContext Context { get; }

    TBlock* Block { get; }

    static abstract ref TConfig ConfigOf(TBlock* block);

    static abstract ref urma_context_t* ContextOf(TBlock* block);

    /// <summary>C's bool: 1 or 0.</summary>
    static abstract ref byte IsActive(TBlock* block);

    /// <summary>Makes the object behind a structure whose configuration is filled in.</summary>
    static abstract void Make(SoftContext context, TBlock* block);

    /// <summary>Ends the object; the structure stays.</summary>
    void Close();

    /// <summary>Gives the structure of a closed one back, when nothing can name it any more.</summary>
    void Leave();
}
