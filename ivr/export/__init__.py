"""The compiled line as data: JSON that Twilio's serverless runtime, a web page and a comparison read."""
