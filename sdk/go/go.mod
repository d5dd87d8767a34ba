module aegis.dev/sdk/go

go 1.22
