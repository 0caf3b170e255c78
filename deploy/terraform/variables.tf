variable "name" {
  description = "What the machine and what belongs to it are called."
  type        = string
  default     = "haat"
}

variable "subnet_id" {
  description = "A public subnet."
  type        = string
}

variable "instance_type" {
  description = "x86-64: what the package is built for."
  type        = string
  default     = "t3.small"
}

variable "data_gib" {
  description = "Size of the disk for database and images, in GiB."
  type        = number
  default     = 20
}

variable "ssh_key_name" {
  description = "A key pair of EC2; null for none."
  type        = string
  default     = null
}

variable "admin_networks" {
  description = "Who may reach SSH, such as 198.51.100.7/32. Empty: nobody."
  type        = list(string)
  default     = []
}

variable "package_url" {
  description = "Where the machine fetches the package that `make deb` made: an https address."
  type        = string

  validation {
    condition     = can(regex("^https://[^' ]+$", var.package_url))
    error_message = "An https address without quotes or blanks."
  }
}

variable "package_sha256" {
  description = "What sha256sum says of it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.package_sha256))
    error_message = "64 hexadecimal digits."
  }
}

variable "public_url" {
  description = "Where customers reach the API."
  type        = string

  validation {
    condition     = can(regex("^https?://[^' ]+$", var.public_url))
    error_message = "An address that begins with http:// or https://."
  }
}

variable "frontend_url" {
  description = "Where the shop's pages come from."
  type        = string

  validation {
    condition     = can(regex("^https?://[^' ]+$", var.frontend_url))
    error_message = "An origin that begins with http:// or https://."
  }
}
