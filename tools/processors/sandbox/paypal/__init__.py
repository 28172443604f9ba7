"""PayPal's side of the sandbox, under `/paypal`: payments, disputes and tokens by PayPal's rules."""
