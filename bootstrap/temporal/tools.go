//go:build tools

// Package tools pins the Temporal server that the stack builds when no binary is at hand.
package tools

import _ "github.com/temporalio/cli/cmd/temporal"
