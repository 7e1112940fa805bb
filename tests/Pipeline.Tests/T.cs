namespace Pipeline.Core.Tests;
public sealed class T { [Xunit.Fact] public void X() => Xunit.Assert.True(true); }
