using System.Runtime.CompilerServices;
using Urma.Net.Async;
using Urma.Net.Messaging;

namespace Urma.Net;

public sealed partial class MessageChannel : IPumpTarget
{
    private const int PollSize = 16;
    private const int EndOfMessages = -1;

    // User contexts of receives are slots; this one is that of the post the sender waits for.
    private const ulong PostContext = ulong.MaxValue;

    private readonly Completion[] _completions = new Completion[PollSize];

    // Slots with messages in the order of arrival. As long as there are slots, so it never overflows.
    private readonly int[] _inbox;
    private volatile bool _armed;
    private volatile bool _closed;
    private volatile bool _ended;
    private bool _endPut;
    private volatile bool _waiterSleeps;
    private volatile StrongBox<ChannelHello>? _hello;

    /// <summary>Looks for messages and completes pending calls. Never blocks. Only needed with <see cref="ProgressMode.Manual"/>.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Poll()
    {
        if (!_receiver.PollGate.TryEnter())
        {
            return false;
        }

        int count = PollBatch();
        Wakeups wakeups = CollectWakeups();
        _receiver.PollGate.Exit();
        wakeups.Run(this);
        return count != 0;
    }

    bool IPumpTarget.OnReady()
    {
        if (!_receiver.PollGate.TryEnter())
        {
            return _closed;
        }

        _armed = false;
        int count = PollBatch();
        Wakeups wakeups = CollectWakeups();
        _receiver.PollGate.Exit();
        wakeups.Run(this);
        if (count != 0 || HasPending)
        {
            Watch();
        }

        return true;
    }

    private bool HasPending => _receive.IsPending || _send.IsUnfinished;

    /// <summary>
    /// After a call became pending, or something happened outside the JFC: polls until nothing comes, completes what can be, and
    /// has the pump look after the rest. Waits for whoever polls at the moment, because they may have looked before.
    /// </summary>
    internal void Watch()
    {
        int count;
        do
        {
            if (!EnterPoll())
            {
                return;
            }

            count = PollBatch();
            if (_pump is not null && !_armed && HasPending)
            {
                _pump.Start();
                _jfc.Rearm();
                _armed = true;
                count += PollBatch();
            }

            Wakeups wakeups = CollectWakeups();
            _receiver.PollGate.Exit();
            wakeups.Run(this);
        }
        while (count != 0);
    }

    private bool EnterPoll()
    {
        var spin = default(SpinWait);
        while (!_receiver.PollGate.TryEnter())
        {
            // A sleeping waiter holds the gate for long, but looks after pending calls itself.
            if (_closed || _waiterSleeps)
            {
                return false;
            }

            spin.SpinOnce();
        }

        return true;
    }

    private bool WaitSlice(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!_receiver.PollGate.TryEnter())
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            Thread.Yield();
            return false;
        }

        _waiterSleeps = true;
        bool ready;
        Wakeups wakeups;
        try
        {
            ready = HasMessage || _fault is not null;
            if (!ready && _jfc.WaitUntilReady(timeout, cancellationToken))
            {
                PollBatch();
                ready = HasMessage || _fault is not null;
            }

            wakeups = CollectWakeups();
        }
        finally
        {
            _waiterSleeps = false;
            _receiver.PollGate.Exit();
        }

        wakeups.Run(this);

        // Whoever became pending while the gate was ours relied on us: look again, now that they can see it is free.
        Interlocked.MemoryBarrier();
        if (HasPending)
        {
            Watch();
        }

        return ready;
    }

    private void PollForSender()
    {
        if (!_receiver.PollGate.TryEnter())
        {
            return;
        }

        PollBatch();
        Wakeups wakeups = CollectWakeups();
        _receiver.PollGate.Exit();

        // Not the sender: that is who calls.
        wakeups.RunReceive(this);
    }

    private Wakeups CollectWakeups()
    {
        Wakeups wakeups = default;
        wakeups.Send = _send.IsPending;
        bool hasMessage = HasMessage;
        if (!hasMessage && _fault is not null)
        {
            hasMessage = FindLastMessage();
        }

        if ((hasMessage || _fault is not null) && _receive.IsPending && _receive.TryClaim())
        {
            wakeups.Receive = true;
            if (!TryTake(out wakeups.Lease) && !_ended)
            {
                wakeups.Error = FaultException();
            }
        }

        return wakeups;
    }

    private bool HasMessage => _receiver.InboxTaken != _receiver.InboxPut;

    // A lost peer's messages are all in the JFC by the time the loss is known. Holds the poll gate.
    private bool FindLastMessage()
    {
        while (!HasMessage && PollBatch() != 0)
        {
        }

        return HasMessage;
    }

    // Holds the poll gate.
    private int PollBatch()
    {
        if (_closed)
        {
            return 0;
        }

        int count = _jfc.Poll(_completions);
        for (int i = 0; i < count; i++)
        {
            ref readonly Completion completion = ref _completions[i];
            if (completion.IsReceive)
            {
                OnReceived(in completion);
            }
            else
            {
                OnSent(in completion);
            }
        }

        return count;
    }

    private void OnReceived(in Completion completion)
    {
        int slot = (int)completion.UserContext;
        if (!completion.IsSuccess)
        {
            OnReceiveFailed(completion.Status);
        }
        else if ((completion.Flags & CompletionFlags.Immediate) == 0)
        {
            _slots[slot].Length = completion.ByteCount;
            _inbox[_receiver.InboxPut & (uint)(_inbox.Length - 1)] = slot;
            _receiver.InboxPut++;
        }
        else
        {
            OnControl(slot, (int)completion.ByteCount);
        }
    }

    private void OnReceiveFailed(CompletionStatus status)
    {
        if (status != CompletionStatus.WorkRequestFlushed)
        {
            SetFault($"a receive completed with {status}: {Internal.CompletionStatusText.Explain(status)}");
        }
    }

    private void OnSent(in Completion completion)
    {
        if (completion.UserContext == PostContext)
        {
            _postCompletion = completion;
            _postEnded = 1;
        }
        else if (!completion.IsSuccess && completion.Status != CompletionStatus.WorkRequestFlushed && (Blocks & SendBlocks.PeerClosed) == 0)
        {
            SetFault(DescribeFailure(completion.Status));
        }
    }

    /// <summary>What to do once the poll gate is left.</summary>
    private struct Wakeups
    {
        public bool Send;
        public bool Receive;
        public MessageLease Lease;
        public Exception? Error;

        public readonly void Run(MessageChannel channel)
        {
            RunReceive(channel);
            if (Send)
            {
                channel._send.Wake();
            }
        }

        public readonly void RunReceive(MessageChannel channel)
        {
            if (Receive)
            {
                channel._receive.Complete(Lease, Error);
            }
        }
    }
}
