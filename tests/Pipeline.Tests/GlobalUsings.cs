global using static Pipeline.Tests.CurrentTest;
