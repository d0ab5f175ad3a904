using Urma.Net.Collectives.Peer;

// Each command has a file of its own; standard input ends when the test does, and with it the peer.
return args switch
{
    ["control", .. string[] rest] => ControlCommand.Run(rest),
    ["make"] => MakeCommand.Run(),
    ["operate", .. string[] rest] => OperateCommand.Run(rest),
    ["verify", string context] => VerifyCommand.Run(context),
    ["meet"] => MeetCommand.Run(),
    _ => throw new ArgumentException($"Not a command of this peer: '{string.Join(' ', args)}'."),
};
