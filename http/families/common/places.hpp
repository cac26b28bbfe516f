// How many requests of a kind may be under way at once: uploads and downloads hold memory and file
// descriptors for as long as their clients take, which no timeout of the server bounds.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include "core/job/ids.hpp"

namespace belay::http {

/// Thread-safe; takes a mutex, once at the beginning and once at the end of such a request.
class Places {
  public:
    /// Gives its place back when it goes. The Places outlive it.
    class Place {
      public:
        Place(Place&& other) noexcept
            : places_(std::exchange(other.places_, nullptr)), tenant_(other.tenant_) {}
        Place& operator=(Place&&) = delete;
        ~Place();

        /// False: there was none left.
        explicit operator bool() const noexcept { return places_ != nullptr; }

      private:
        friend class Places;

        Place(Places* places, const job::TenantId& tenant) noexcept
            : places_(places), tenant_(tenant) {}

        Places* places_;
        job::TenantId tenant_;
    };

    /// `of_tenant`: so many of `all` are the most that one tenant may have.
    Places(std::size_t all, std::size_t of_tenant) noexcept : all_(all), of_tenant_(of_tenant) {}

    Place take(const job::TenantId& tenant);

  private:
    void give_back(const job::TenantId& tenant) noexcept;

    const std::size_t all_;
    const std::size_t of_tenant_;

    // Protected by mutex_.
    std::mutex mutex_;
    std::size_t taken_ = 0;
    std::map<job::TenantId, std::size_t> taken_by_;  // those with none are not in it
};

}  // namespace belay::http
