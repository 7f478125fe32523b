//go:build tools

// Package tools pins Stripe's own mock, against whose answers the simulator is compared.
package tools

import _ "github.com/stripe/stripe-mock"
