// The bookings of a hotel, as the app and the backend store them.
//
// "Our primary key for objects of type 'booking' consists of the room number + a date." The value
// of an object is its guest and its price: `guest:Ann,price:100`.
#pragma once

#include <tidemark/tidemark.h>

#include <stdexcept>
#include <string>

namespace booking {

// In a whole currency unit. Requires: the booking is not cancelled, since a cancellation has none.
inline int price(const tidemark::Object& booking) {
  const auto at = booking.value.find("price:");
  if (at == std::string::npos) throw std::invalid_argument("no price in '" + booking.value + "'");
  return std::stoi(booking.value.substr(at + 6));
}

// What the hotel promises its guests, whoever syncs first: so it does not ask which side is local.
struct HotelRules {
  tidemark::Decision resolve(const tidemark::Object& one, const tidemark::Object& other) const {
    if (one.guid != other.guid)  // one room, one date, two bookings: first come, first served
      return one.timestamp_created <= other.timestamp_created ? one : other;
    if (one.isdeleted || other.isdeleted)  // a cancellation stands
      return one.isdeleted ? one : other;
    return price(one) <= price(other) ? one : other;  // a discount that was given is given
  }
};

// How it was at first: nobody had thought of a booking that is cancelled here and repriced there.
struct FirstRules {
  tidemark::Decision resolve(const tidemark::Object& one, const tidemark::Object& other) const {
    if (one.guid != other.guid)
      return one.timestamp_created <= other.timestamp_created ? one : other;
    return price(one) <= price(other) ? one : other;
  }
};

}  // namespace booking
