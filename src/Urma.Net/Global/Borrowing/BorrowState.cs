namespace Urma.Net.Global;

/// <summary>What is happening to an offer. Who may change it is said in brackets.</summary>
internal enum BorrowState : byte
{
    /// <summary>No offer (a member that makes one).</summary>
    Empty = 0,

    /// <summary>Being filled in, or cleaned (the lender, whose number stands where otherwise the borrower's does).</summary>
    Busy = 1,

    /// <summary>Can be borrowed (a borrower, under the directory's lock; the lender).</summary>
    Free = 2,

    /// <summary>Borrowed (the borrower; the lender).</summary>
    Lent = 3,

    /// <summary>Borrowed, and wanted back (the borrower; the lender).</summary>
    Asked = 4,

    /// <summary>Given back, not cleaned yet (the lender).</summary>
    Returned = 5,
}
