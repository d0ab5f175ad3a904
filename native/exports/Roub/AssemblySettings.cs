// Requests are built in stack memory that is written before it is read.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
